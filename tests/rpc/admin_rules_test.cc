#include "server/rpc/admin_rules.h"

#include <gtest/gtest.h>

#include <string>

#include "server/errors/errors.h"

namespace keyward::rpc {
namespace {

TEST(AdminRulesTest, EachLimitIsInclusive) {
  EXPECT_TRUE(CheckEtag("").ok());
  EXPECT_TRUE(CheckEtag(std::string(64, '1')).ok());
  EXPECT_EQ(errors::Reason(CheckEtag(std::string(65, '1'))), "INVALID_REQUEST");
  EXPECT_TRUE(CheckRequestId(std::string(64, 'x')).ok());
  EXPECT_EQ(errors::Reason(CheckRequestId(std::string(65, 'x'))), "INVALID_REQUEST");
  EXPECT_TRUE(CheckFileName(std::string(200, 'x')).ok());
  EXPECT_EQ(errors::Reason(CheckFileName(std::string(201, 'x'))), "INVALID_REQUEST");
}

TEST(AdminRulesTest, AFilesNameIsBare) {
  for (const auto* name : {"", "keys.db", "keys-20260131.db", "a b"}) {
    EXPECT_TRUE(CheckFileName(name).ok()) << name;
  }
  for (const std::string name :
       {"a/b", "/", "../keys.db", "..", ".", ".hidden", "new\nline", "\x7f"}) {
    EXPECT_EQ(errors::Reason(CheckFileName(name)), "INVALID_REQUEST") << name;
  }
  EXPECT_EQ(errors::Reason(CheckFileName(std::string("a\0b", 3))), "INVALID_REQUEST");
}

}  // namespace
}  // namespace keyward::rpc
