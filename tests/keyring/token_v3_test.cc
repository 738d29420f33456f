#include "server/keyring/token_v3.h"

#include <gtest/gtest.h>

#include <string>

#include "server/errors/errors.h"
#include "tests/keyring/known_keys.h"

namespace keyward::keyring {
namespace {

const TokenOwner kAlice = TokenOwner::User("alice", 1);

// docs/FORMATS.md's worked example, computed with Python's cryptography package.
constexpr char kToken[] =
    "v3:AAAAAUBBQkNERUZHSElKS0xNTk9QUVJTVFVWV-bmjGdnNtikmGqAnCCmGnjXGL-GGXUupEh59A==";
constexpr char kTokenWithData[] =
    "v3:AAAAAUBBQkNERUZHSElKS0xNTk9QUVJTVFVWV-bmjGdnNtikmGqA5EOIDLVoGROKCRneD5vEbw==";
constexpr char kPoolToken[] =
    "v3:AAAAAEBBQkNERUZHSElKS0xNTk9QUVJTVFVWV4j9G9s0T5L0GIqKgFKCHhMFCsGr8vQAXZp6fQ==";

std::optional<std::string> Open(std::string_view token, const TokenOwner& owner,
                                std::string_view data = "",
                                const crypto::SecretBytes& key = ExampleKey()) {
  const auto parsed = ParseToken(token);
  EXPECT_TRUE(parsed.ok()) << token;
  return parsed.ok() ? OpenTokenV3(key, owner, *parsed, data) : std::nullopt;
}

std::string Seal(const TokenOwner& owner, std::string_view plaintext, std::string_view data = "") {
  return SealTokenV3(ExampleKey(), owner, plaintext, data, crypto::SystemRandom());
}

TEST(TokenV3Test, WritesTheWorkedExample) {
  ExampleNonce nonce;
  const Kek& kek = *ExampleKeks().current();
  EXPECT_EQ(SealTokenV3(ExampleKey(), kAlice, "sk-test-123", "", nonce), kToken);
  EXPECT_EQ(SealTokenV3(ExampleKey(), kAlice, "sk-test-123", "orders", nonce), kTokenWithData);
  EXPECT_EQ(SealTokenV3(kek.pool_key(), TokenOwner::Pool(kek.id()), "sk-test-123", "", nonce),
            kPoolToken);
}

TEST(TokenV3Test, ReadsTheWorkedExample) {
  const Kek& kek = *ExampleKeks().current();
  EXPECT_EQ(Open(kToken, kAlice), "sk-test-123");
  EXPECT_EQ(Open(kTokenWithData, kAlice, "orders"), "sk-test-123");
  EXPECT_EQ(Open(kPoolToken, TokenOwner::Pool(kek.id()), "", kek.pool_key()), "sk-test-123");
}

TEST(TokenV3Test, NamesItsVersion) {
  for (const uint32_t version : {1u, 2u, 0x01020304u, 0xffffffffu}) {
    const auto parsed = ParseToken(Seal(TokenOwner::User("alice", version), "x"));
    ASSERT_TRUE(parsed.ok());
    EXPECT_EQ(parsed->format, TokenFormat::kV3);
    EXPECT_EQ(parsed->version, version);
  }
}

TEST(TokenV3Test, OpensForItsOwnerAlone) {
  const std::string token = Seal(kAlice, "x", "orders");
  EXPECT_EQ(Open(token, kAlice, "orders"), "x");
  EXPECT_FALSE(Open(token, TokenOwner::User("bob", 1), "orders"));
  EXPECT_FALSE(Open(token, TokenOwner::User("alicf", 1), "orders"));
  EXPECT_FALSE(Open(token, TokenOwner::User("alice", 2), "orders"));
  EXPECT_FALSE(Open(token, TokenOwner::User("aliceo", 1), "rders"));
  EXPECT_FALSE(Open(token, TokenOwner::User("alic", 1), "eorders"));
  EXPECT_FALSE(Open(token, kAlice));
  EXPECT_FALSE(Open(token, kAlice, "orders", OtherKek()));
  EXPECT_FALSE(Open(Seal(TokenOwner::User("f37b81e5", 1), "x"), TokenOwner::Pool("f37b81e5")));
}

TEST(TokenV3Test, AUserWhoseIdIsAKekIdIsNotThatPool) {
  const std::string token = Seal({'\x01', 0, "f37b81e5"}, "x");
  EXPECT_FALSE(Open(token, TokenOwner::Pool("f37b81e5")));
  EXPECT_EQ(Open(Seal(TokenOwner::Pool("f37b81e5"), "x"), TokenOwner::Pool("f37b81e5")), "x");
}

TEST(TokenV3Test, AVersionThatWasWrittenOverIsFound) {
  auto parsed = ParseToken(Seal(kAlice, "x"));
  ASSERT_TRUE(parsed.ok());
  parsed->bytes[3] = '\x02';
  const std::string token = WriteToken(TokenFormat::kV3, parsed->bytes);
  EXPECT_FALSE(Open(token, kAlice));
  EXPECT_FALSE(Open(token, TokenOwner::User("alice", 2)));
}

TEST(TokenV3Test, HasTheSizeThatWasForetold) {
  for (const size_t size : {0, 1, 2, 3, 100, 1000}) {
    EXPECT_EQ(Seal(kAlice, std::string(size, 'p')).size(), TokenSize(size, TokenFormat::kV3));
  }
}

TEST(TokenV3Test, ThePaddingMayBeMissingButNotThePrefix) {
  for (const size_t size : {0, 1, 2, 3}) {
    const std::string plaintext(size, 'p');
    const std::string token = Seal(kAlice, plaintext);
    EXPECT_EQ(Open(token, kAlice), plaintext);
    EXPECT_EQ(Open(token.substr(0, token.find('=')), kAlice), plaintext);
    EXPECT_EQ(ParseToken(token.substr(3))->format, TokenFormat::kV2);
  }
}

TEST(TokenV3Test, RefusesWhatIsNoToken) {
  const std::string token = kToken;
  for (const std::string& text :
       {std::string("v3:"), "v3:" + token, "v3:v2:" + token.substr(3), "V3:" + token.substr(3),
        ' ' + token, token + '\n', token + '=', token.substr(0, token.size() - 1),
        token.substr(0, token.size() - 3) + "B==", "v3:" + std::string(80, '+')}) {
    EXPECT_EQ(errors::Reason(ParseToken(text).status()), "TOKEN_MALFORMED") << text;
  }
}

TEST(TokenV3Test, RefusesLessThanAVersionANonceAndATag) {
  EXPECT_EQ(errors::Reason(ParseToken("v3:" + std::string(58, 'A')).status()),
            "TOKEN_MALFORMED");                                // 43 bytes
  EXPECT_TRUE(ParseToken("v3:" + std::string(59, 'A')).ok());  // 44
}

}  // namespace
}  // namespace keyward::keyring
