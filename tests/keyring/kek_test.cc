#include "server/keyring/kek.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "tests/crypto/hex.h"
#include "tests/keyring/known_keys.h"

namespace keyward::keyring {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string Hex(const crypto::SecretBytes& secret) {
  const std::string_view bytes = secret.ExposeSecret();
  return absl::BytesToHexString(absl::string_view(bytes.data(), bytes.size()));
}

std::string Base64(size_t size) { return absl::Base64Escape(std::string(size, 'k')); }

TEST(ParseKekTest, ReadsEitherAlphabetWithOrWithoutPaddingAndWithWhiteSpace) {
  const std::string bytes = "\xfb\xef\xbe\xff" + std::string(28, 'x');
  const std::string standard = absl::Base64Escape(bytes);
  const std::string url = absl::WebSafeBase64Escape(bytes);  // unpadded
  ASSERT_THAT(standard, HasSubstr("++++/"));
  for (const std::string& text :
       {standard, url, url + '=', standard.substr(0, 43), ' ' + standard + '\n',
        standard.substr(0, 20) + "\r\n\t" + standard.substr(20)}) {
    const auto key = ParseKek(text);
    ASSERT_TRUE(key.ok()) << text << ": " << key.status();
    EXPECT_EQ(key->ExposeSecret(), bytes);
  }
}

TEST(ParseKekTest, SaysWhatIsWrongAndNothingOfTheKey) {
  EXPECT_EQ(ParseKek("").status().message(), "is empty");
  EXPECT_EQ(ParseKek(" \n").status().message(), "is empty");
  EXPECT_EQ(ParseKek("sixteen-byte-key!").status().message(), "is not base64");
  EXPECT_EQ(ParseKek(Base64(32) + "=").status().message(), "is not base64");
  EXPECT_EQ(ParseKek(Base64(31)).status().message(), "holds 31 bytes instead of 32");
  EXPECT_EQ(ParseKek(Base64(33)).status().message(), "holds 33 bytes instead of 32");
}

TEST(ParseKekListTest, ReadsKeysSeparatedByCommasOrWhiteSpace) {
  const std::string a(kKek);
  const std::string b = Base64(32);
  for (const std::string& text :
       {a + ',' + b, a + ' ' + b, a + "\n" + b + "\n", a + " , " + b, ',' + a + ",," + b + ','}) {
    const auto keys = ParseKekList(text);
    ASSERT_TRUE(keys.ok()) << text;
    ASSERT_EQ(keys->size(), 2) << text;
    EXPECT_EQ(keys->at(0).ExposeSecret(), Counting(0, 32));
    EXPECT_EQ(keys->at(1).ExposeSecret(), std::string(32, 'k'));
  }
}

TEST(ParseKekListTest, ReadsNoKeysFromNothing) {
  for (const char* text : {"", " ", ",", " ,\n"}) {
    const auto keys = ParseKekList(text);
    ASSERT_TRUE(keys.ok());
    EXPECT_TRUE(keys->empty());
  }
}

TEST(ParseKekListTest, SaysWhichKeyIsWrongAndNothingOfIt) {
  const absl::Status status = ParseKekList(std::string(kKek) + ",secret?").status();
  EXPECT_EQ(status.message(), "key number 2 is not base64");
  EXPECT_EQ(ParseKekList(Base64(16) + ' ' + std::string(kKek)).status().message(),
            "key number 1 holds 16 bytes instead of 32");
}

// The values of docs/FORMATS.md's worked example, computed with Python's hmac and hashlib.
TEST(KekTest, HasTheIdAndThePoolKeyOfTheWorkedExample) {
  const Kek& kek = *ExampleKeks().current();
  EXPECT_EQ(kek.hex_id(), kKekId);
  EXPECT_EQ(kek.id(), crypto::FromHex("f37b81e55fd85701"));
  EXPECT_EQ(Hex(kek.pool_key()),
            "73156365bd72e322dbaeb84eaf45989da293e73770715aa0bd15a38d9376cf83");
}

TEST(KekTest, HasAnotherPoolKeyWithAnotherSalt) {
  const Kek kek(crypto::SecretBytes::CopyOf(Counting(0, 32)), "other");
  EXPECT_EQ(kek.hex_id(), kKekId);
  EXPECT_EQ(Hex(kek.pool_key()),
            "aac7db7665c384d0f878f016f0447e63b769d59bc1a099b6e00614c97db95eb9");
}

TEST(MasterKeysTest, AreDisabledWithoutACurrentOne) {
  EXPECT_EQ(MasterKeys().current(), nullptr);
  std::vector<crypto::SecretBytes> previous;
  previous.push_back(OtherKek());
  const MasterKeys keks(std::nullopt, std::move(previous), kDefaultPoolKeySalt);
  EXPECT_EQ(keks.current(), nullptr);
  EXPECT_EQ(keks.all().size(), 1);
}

TEST(MasterKeysTest, AreFoundByTheirIds) {
  const MasterKeys& keks = TurnedOverKeks();
  ASSERT_EQ(keks.all().size(), 2);
  EXPECT_EQ(keks.Find(keks.current()->id()), keks.current());
  const Kek* previous = keks.Find(ExampleKeks().current()->id());
  ASSERT_NE(previous, nullptr);
  EXPECT_NE(previous, keks.current());
  EXPECT_TRUE(previous->key() == ExampleKeks().current()->key());
  EXPECT_EQ(keks.Find("12345678"), nullptr);
  EXPECT_EQ(keks.Find(""), nullptr);
}

TEST(MasterKeysTest, DropAPreviousKeyThatEqualsAnother) {
  std::vector<crypto::SecretBytes> previous;
  for (int i = 0; i < 2; ++i) {
    previous.push_back(OtherKek());
    previous.push_back(crypto::SecretBytes::CopyOf(Counting(0, 32)));
  }
  const MasterKeys keks(OtherKek(), std::move(previous), kDefaultPoolKeySalt);
  EXPECT_EQ(keks.all().size(), 2);
  EXPECT_TRUE(keks.current()->key() == OtherKek());
}

}  // namespace
}  // namespace keyward::keyring
