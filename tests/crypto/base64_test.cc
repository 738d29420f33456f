#include "server/crypto/base64.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

namespace keyward::crypto {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::string Encode(std::string_view bytes) {
  std::string text;
  AppendBase64Url(bytes, text);
  return text;
}

std::string Unpadded(std::string text) {
  text.erase(std::find(text.begin(), text.end(), '='), text.end());
  return text;
}

// An encoder that shares nothing with the one under test.
std::string ReferenceEncode(std::string_view bytes) {
  std::string text;
  for (size_t i = 0; i < bytes.size(); i += 3) {
    const auto at = [&](size_t j) {
      return j < bytes.size() ? static_cast<uint8_t>(bytes[j]) : 0U;
    };
    const uint32_t group = at(i) << 16 | at(i + 1) << 8 | at(i + 2);
    for (size_t k = 0; k < 4; ++k) {
      text += i + k <= bytes.size() ? kAlphabet[group >> (18 - 6 * k) & 63] : '=';
    }
  }
  return text;
}

// What a text means, by definition: the bytes whose encoding, padded or not, is that very text.
std::optional<std::string> ReferenceDecode(std::string_view text) {
  std::string bits;
  for (const char c : text.substr(0, text.find('='))) {
    const size_t value = kAlphabet.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    for (int bit = 5; bit >= 0; --bit) bits += static_cast<char>(value >> bit & 1);
  }
  std::string bytes(bits.size() / 8, '\0');
  for (size_t i = 0; i < bytes.size() * 8; ++i)
    bytes[i / 8] |= static_cast<char>(bits[i] << (7 - i % 8));
  const std::string canonical = ReferenceEncode(bytes);
  if (text != canonical && text != Unpadded(canonical)) return std::nullopt;
  return bytes;
}

std::string ToUrlAlphabet(std::string text) {
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  return text;
}

// Compares both decoders with the definition.
void Check(const std::string& text) {
  EXPECT_EQ(DecodeBase64Url(text), ReferenceDecode(text)) << ::testing::PrintToString(text);
  const std::optional<SecretBytes> secret = DecodeSecretBase64(text);
  const std::optional<std::string> expected = ReferenceDecode(ToUrlAlphabet(text));
  ASSERT_EQ(secret.has_value(), expected.has_value()) << ::testing::PrintToString(text);
  if (secret) {
    EXPECT_EQ(secret->ExposeSecret(), *expected);
  }
}

TEST(Base64Test, EncodesTheVectorsOfRfc4648) {
  EXPECT_EQ(Encode(""), "");
  EXPECT_EQ(Encode("f"), "Zg==");
  EXPECT_EQ(Encode("fo"), "Zm8=");
  EXPECT_EQ(Encode("foo"), "Zm9v");
  EXPECT_EQ(Encode("foob"), "Zm9vYg==");
  EXPECT_EQ(Encode("fooba"), "Zm9vYmE=");
  EXPECT_EQ(Encode("foobar"), "Zm9vYmFy");
  EXPECT_EQ(Encode("\xfb\xff\xfe"), "-__-");
}

TEST(Base64Test, AppendsAndLeavesWhatWasThere) {
  std::string text = "v2:";
  AppendBase64Url("foo", text);
  EXPECT_EQ(text, "v2:Zm9v");
}

TEST(Base64Test, EveryByteAtEveryPlaceGoesThereAndBack) {
  for (size_t size = 0; size <= 9; ++size) {
    for (size_t place = 0; place < size; ++place) {
      for (int byte = 0; byte < 256; ++byte) {
        std::string bytes(size, 'x');
        bytes[place] = static_cast<char>(byte);
        const std::string text = Encode(bytes);
        ASSERT_EQ(text, ReferenceEncode(bytes));
        ASSERT_EQ(text.size(), Base64UrlSize(size));
        ASSERT_EQ(DecodeBase64Url(text), bytes);
        ASSERT_EQ(DecodeBase64Url(Unpadded(text)), bytes);
      }
    }
  }
}

TEST(Base64Test, EveryCharacterAtEveryPlaceIsJudgedByDefinition) {
  for (const std::string text :
       {"AQ==", "AQ", "AQI=", "AQI", "AQID", "AQIDBAUGBw==", "AQIDBAUGB_g"}) {
    for (size_t place = 0; place < text.size(); ++place) {
      for (int byte = 0; byte < 256; ++byte) {
        std::string changed = text;
        changed[place] = static_cast<char>(byte);
        Check(changed);
      }
    }
  }
}

TEST(Base64Test, EveryShortTextOfTellingCharactersIsJudgedByDefinition) {
  constexpr std::string_view kTelling("AQBw-_+/= \n\0", 12);
  for (size_t size = 0; size <= 5; ++size) {
    size_t texts = 1;
    for (size_t i = 0; i < size; ++i) texts *= kTelling.size();
    for (size_t n = 0; n < texts; ++n) {
      std::string text;
      for (size_t rest = n, i = 0; i < size; ++i, rest /= kTelling.size()) {
        text += kTelling[rest % kTelling.size()];
      }
      Check(text);
    }
  }
}

TEST(Base64Test, RefusesStrayBits) {
  EXPECT_EQ(DecodeBase64Url("Zg=="), "f");
  EXPECT_EQ(DecodeBase64Url("Zh=="), std::nullopt);
  EXPECT_EQ(DecodeBase64Url("Zm9="), std::nullopt);
}

TEST(Base64Test, RefusesPartialOrExcessivePadding) {
  for (const char* text : {"Zg=", "Zg===", "Zm8==", "Zm9v=", "Zm9v==", "Zm9v====", "=",
                           "==", "====", "Z===", "Zg==Zg==", "Zm=v"}) {
    EXPECT_EQ(DecodeBase64Url(text), std::nullopt) << text;
    EXPECT_FALSE(DecodeSecretBase64(text)) << text;
  }
}

TEST(Base64Test, RefusesWhiteSpaceAnywhere) {
  for (const char* text : {" Zm9v", "Zm9v ", "Zm 9v", "Zm9v\n", "Zg==\n", "Zm\t9v", "Zm\r\n9v"}) {
    EXPECT_EQ(DecodeBase64Url(text), std::nullopt) << text;
    EXPECT_FALSE(DecodeSecretBase64(text)) << text;
  }
}

TEST(Base64Test, OnlySecretsMayUseTheStandardAlphabet) {
  EXPECT_EQ(DecodeBase64Url("-_-_"), "\xfb\xff\xbf");
  EXPECT_EQ(DecodeBase64Url("+/+/"), std::nullopt);
  for (const char* text : {"-_-_", "+/+/", "-/+_"}) {
    const auto secret = DecodeSecretBase64(text);
    ASSERT_TRUE(secret) << text;
    EXPECT_EQ(secret->ExposeSecret(), "\xfb\xff\xbf");
  }
}

TEST(Base64Test, AnEmptyTextIsAnEmptySecret) {
  const auto secret = DecodeSecretBase64("");
  ASSERT_TRUE(secret);
  EXPECT_TRUE(secret->empty());
}

}  // namespace
}  // namespace keyward::crypto
