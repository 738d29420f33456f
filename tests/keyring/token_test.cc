#include "server/keyring/token.h"

#include <gtest/gtest.h>

#include <string>

#include "server/crypto/aead.h"
#include "server/errors/errors.h"
#include "tests/keyring/known_keys.h"

namespace keyward::keyring {
namespace {

// docs/FORMATS.md's worked example, computed with Python's cryptography package.
constexpr char kToken[] = "v2:QEFCQ0RFRkdISUpLsT-Q9TUFsSZjAGMT8TK6HSXo0XLvkU95ty7i";
constexpr char kTokenWithData[] = "v2:QEFCQ0RFRkdISUpLsT-Q9TUFsSZjAGOion2qwrtp_fVjxGTqF3Qj";

std::string ReasonFor(std::string_view token) { return errors::Reason(ParseToken(token).status()); }

TEST(TokenTest, WritesTheWorkedExample) {
  ExampleNonce nonce;
  EXPECT_EQ(SealToken(ExampleKey(), "sk-test-123", "", nonce), kToken);
  EXPECT_EQ(SealToken(ExampleKey(), "sk-test-123", "orders", nonce), kTokenWithData);
}

TEST(TokenTest, ReadsTheWorkedExample) {
  const auto token = ParseToken(kToken);
  ASSERT_TRUE(token.ok()) << token.status();
  EXPECT_EQ(token->format, TokenFormat::kV2);
  EXPECT_EQ(token->version, 0);
  EXPECT_EQ(crypto::OpenBox(ExampleKey(), token->box(), ""), "sk-test-123");
}

TEST(TokenTest, HasTheSizeThatWasForetold) {
  for (const size_t size : {0, 1, 2, 3, 100}) {
    const std::string token =
        SealToken(ExampleKey(), std::string(size, 'p'), "", crypto::SystemRandom());
    EXPECT_EQ(token.size(), TokenSize(size));
  }
}

TEST(TokenTest, ThePrefixAndThePaddingMayBeMissing) {
  for (const size_t size : {0, 1, 2, 3}) {
    const std::string plaintext(size, 'p');
    const std::string token = SealToken(ExampleKey(), plaintext, "", crypto::SystemRandom());
    const std::string unpadded = token.substr(0, token.find('='));
    for (const std::string& text : {token, token.substr(3), unpadded, unpadded.substr(3)}) {
      const auto parsed = ParseToken(text);
      ASSERT_TRUE(parsed.ok()) << text;
      EXPECT_EQ(parsed->format, TokenFormat::kV2) << text;
      EXPECT_EQ(crypto::OpenBox(ExampleKey(), parsed->box(), ""), plaintext);
    }
  }
}

TEST(TokenTest, RefusesWhatIsNoToken) {
  const std::string token = kToken;
  for (const std::string& text :
       {std::string(), std::string("v2:"), std::string("v2:v2:") + token.substr(3),
        "v3:" + token.substr(3), "V2:" + token.substr(3), ' ' + token, token + ' ', token + '\n',
        token + '=', token + "====", token.substr(0, 39), token.substr(0, 38),
        std::string("v2:") + std::string(56, '+'), token.substr(0, 20) + '\0' + token.substr(21),
        std::string("sk-test-123")}) {
    EXPECT_EQ(ReasonFor(text), "TOKEN_MALFORMED") << text;
  }
}

TEST(TokenTest, RefusesLessThanANonceAndATag) {
  EXPECT_EQ(ReasonFor("v2:" + std::string(36, 'A')), "TOKEN_MALFORMED");  // 27 bytes
  EXPECT_TRUE(ParseToken("v2:" + std::string(38, 'A')).ok());             // 28
}

TEST(TokenTest, KnowsTheStartsOfTokens) {
  EXPECT_TRUE(HasTokenPrefix("v2:"));
  EXPECT_TRUE(HasTokenPrefix("v2:anything"));
  EXPECT_TRUE(HasTokenPrefix("v3:AAAA"));
  for (const char* text : {"", "v", "v2", "v1:x", "v4:x", "V2:x", " v2:x", "sk-v2:x"}) {
    EXPECT_FALSE(HasTokenPrefix(text)) << text;
  }
}

}  // namespace
}  // namespace keyward::keyring
