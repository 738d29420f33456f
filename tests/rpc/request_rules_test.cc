#include "server/rpc/request_rules.h"

#include <gtest/gtest.h>

#include <string>

#include "keyward/v1/key_service.pb.h"
#include "server/errors/errors.h"
#include "server/keyring/token.h"

namespace keyward::rpc {
namespace {

TEST(RequestRulesTest, AUserIdHasOneTo256BytesWithoutNul) {
  EXPECT_TRUE(CheckUserId("a").ok());
  EXPECT_TRUE(CheckUserId(std::string(256, 'a')).ok());
  EXPECT_EQ(errors::Reason(CheckUserId("")), "INVALID_REQUEST");
  EXPECT_EQ(errors::Reason(CheckUserId(std::string(257, 'a'))), "INVALID_REQUEST");
  EXPECT_EQ(errors::Reason(CheckUserId(std::string("a\0b", 3))), "INVALID_REQUEST");
}

TEST(RequestRulesTest, EachLimitIsInclusive) {
  EXPECT_TRUE(CheckPlaintext(std::string(kMaxPlaintextBytes, 'x')).ok());
  EXPECT_FALSE(CheckPlaintext(std::string(kMaxPlaintextBytes + 1, 'x')).ok());
  EXPECT_TRUE(CheckAssociatedData(std::string(kMaxAssociatedDataBytes, 'x')).ok());
  EXPECT_FALSE(CheckAssociatedData(std::string(kMaxAssociatedDataBytes + 1, 'x')).ok());
  const size_t longest = keyring::TokenSize(kMaxPlaintextBytes, keyring::TokenFormat::kV3);
  EXPECT_TRUE(CheckToken(std::string(longest, 'x')).ok());
  EXPECT_FALSE(CheckToken(std::string(longest + 1, 'x')).ok());
}

TEST(RequestRulesTest, AScopeIsAUserOrThePool) {
  v1::EncryptRequest request;
  EXPECT_EQ(errors::Reason(ReadScope(request).status()), "INVALID_REQUEST");
  request.set_pool(false);
  EXPECT_EQ(errors::Reason(ReadScope(request).status()), "INVALID_REQUEST");
  request.set_pool(true);
  ASSERT_TRUE(ReadScope(request).ok());
  EXPECT_FALSE(ReadScope(request)->user_id.has_value());
  request.set_user_id("alice");
  ASSERT_TRUE(ReadScope(request).ok());
  EXPECT_EQ(ReadScope(request)->user_id, "alice");
}

TEST(RequestRulesTest, ATokenFormatIsOneThatIsKnownOrLeftToTheServer) {
  EXPECT_EQ(*ReadTokenFormat(v1::TOKEN_FORMAT_UNSPECIFIED), std::nullopt);
  EXPECT_EQ(*ReadTokenFormat(v1::TOKEN_FORMAT_V2), keyring::TokenFormat::kV2);
  EXPECT_EQ(*ReadTokenFormat(v1::TOKEN_FORMAT_V3), keyring::TokenFormat::kV3);
  for (const int number : {1, 4, 99, -1}) {
    EXPECT_EQ(errors::Reason(ReadTokenFormat(static_cast<v1::TokenFormat>(number)).status()),
              "INVALID_REQUEST");
  }
}

TEST(RequestRulesTest, NoMessageHoldsTheValue) {
  const std::string marker(300, 'M');
  EXPECT_EQ(std::string(CheckUserId(marker).message()).find("MMM"), std::string::npos);
}

}  // namespace
}  // namespace keyward::rpc
