#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "client/cpp/src/utf8.h"
#include "keyward/key_bytes.h"
#include "keyward/scope.h"
#include "keyward/tokens.h"

namespace keyward::client {
namespace {

TEST(TokensTest, IsEncryptedLooksAtThePrefixAlone) {
  for (const auto value : {"v2:", "v2:AAAA", "v2:not base64", "v3:", "v3:AAAA"}) {
    EXPECT_TRUE(IsEncrypted(value)) << value;
  }
  for (const auto value :
       {"", "v2", "V2:AAAA", " v2:AAAA", "v1:AAAA", "v4:AAAA", "V3:AAAA", "sk-v3:AAAA"}) {
    EXPECT_FALSE(IsEncrypted(value)) << value;
  }
  EXPECT_TRUE(IsEncrypted(kEncryptedPrefix));
  EXPECT_TRUE(IsEncrypted(kEncryptedPrefixV3));
}

// The vectors of FIPS 180 for SHA-256.
TEST(TokensTest, ApiKeyHashIsSha256InHex) {
  EXPECT_EQ(ApiKeyHash(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(ApiKeyHash("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_NE(ApiKeyHash(std::string_view("a\0b", 3)), ApiKeyHash("a"));
}

TEST(KeyBytesTest, OnlyThirtyTwoBytesAreAKey) {
  EXPECT_FALSE(KeyBytes::Copy(std::string(31, 'k')).has_value());
  EXPECT_FALSE(KeyBytes::Copy(std::string(33, 'k')).has_value());
  EXPECT_EQ(KeyBytes::Copy(std::string(32, 'k'))->ExposeSecret(), std::string(32, 'k'));
}

TEST(KeyBytesTest, MovingLeavesNothingBehind) {
  const std::string zeros(32, '\0');
  KeyBytes first = *KeyBytes::Copy(std::string(32, 'k'));
  KeyBytes second(std::move(first));
  EXPECT_EQ(first.ExposeSecret(), zeros);
  EXPECT_EQ(second.ExposeSecret(), std::string(32, 'k'));
  first = std::move(second);
  EXPECT_EQ(first.ExposeSecret(), std::string(32, 'k'));
  EXPECT_EQ(second.ExposeSecret(), zeros);
}

TEST(KeyBytesTest, TheMemoryIsWipedWithTheObject) {
  alignas(KeyBytes) unsigned char place[sizeof(KeyBytes)];
  auto* key = new (place) KeyBytes(*KeyBytes::Copy(std::string(32, 'k')));
  const volatile unsigned char* bytes = place;
  ASSERT_EQ(bytes[0], 'k');
  key->~KeyBytes();
  for (std::size_t i = 0; i < sizeof(place); ++i) EXPECT_EQ(bytes[i], 0) << i;
}

TEST(ScopeTest, AUserNamedLikeNothingIsNotThePool) {
  EXPECT_NE(Scope::User(""), Scope::Pool());
  EXPECT_FALSE(Scope::User("").is_pool());
  EXPECT_EQ(Scope::User("alice").user_id(), "alice");
  EXPECT_EQ(Scope::Pool().user_id(), "");
}

TEST(Utf8Test, WellFormedTextIsTaken) {
  for (const auto text : {"", "plain", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF",
                          "\xEE\x80\x80", "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_TRUE(IsUtf8(text)) << text;
  }
  EXPECT_TRUE(IsUtf8(std::string_view("\0", 1)));
}

TEST(Utf8Test, OverlongFormsSurrogatesAndCutSequencesAreNot) {
  for (const auto text :
       {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xC2", "\xC2\x41", "\xE0\x9F\xBF", "\xE1\x80",
        "\xE1\x80\x41", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF", "\xF1\x80\x80", "\xF4\x90\x80\x80",
        "\xF5\x80\x80\x80", "\xFF"}) {
    EXPECT_FALSE(IsUtf8(text)) << text;
    EXPECT_FALSE(IsUtf8(std::string("ok") + text)) << text;
  }
}

}  // namespace
}  // namespace keyward::client
