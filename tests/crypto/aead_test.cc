#include "server/crypto/aead.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>

#include "tests/crypto/hex.h"

namespace keyward::crypto {
namespace {

// The AES-256 test cases of "The Galois/Counter Mode of Operation" (McGrew and Viega), appendix B.
struct KnownAnswer {
  std::string_view key, nonce, plaintext, associated_data, sealed;
};
constexpr std::string_view kZeroKey =
    "0000000000000000000000000000000000000000000000000000000000000000";
constexpr std::string_view kSpecKey =
    "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308";
constexpr KnownAnswer kKnownAnswers[] = {
    {kZeroKey, "000000000000000000000000", "", "", "530f8afbc74536b9a963b4f1c4cb738b"},
    {kZeroKey, "000000000000000000000000", "00000000000000000000000000000000", "",
     "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"},
    {kSpecKey, "cafebabefacedbaddecaf888",
     "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
     "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255",
     "",
     "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
     "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad"
     "b094dac5d93471bdec1a502270e3cc6c"},
    {kSpecKey, "cafebabefacedbaddecaf888",
     "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
     "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
     "feedfacedeadbeeffeedfacedeadbeefabaddad2",
     "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
     "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
     "76fc6ece0f4e1768cddf8853bb2d551b"},
};

// Counts up from zero: what it gives can be foreseen.
class CountingRandom : public Random {
 public:
  void Fill(absl::Span<uint8_t> out) override {
    for (uint8_t& byte : out) byte = next_++;
  }

 private:
  uint8_t next_ = 0;
};

std::string FlipBit(std::string text, size_t bit) {
  text[bit / 8] ^= static_cast<char>(1 << bit % 8);
  return text;
}

class BoxTest : public ::testing::Test {
 protected:
  const SecretBytes key_ = SecretFromHex(kSpecKey);
  const std::string plaintext_ = "sk-test-123";
  const std::string associated_data_ = "orders";
  const std::string box_ = SealBox(key_, plaintext_, associated_data_, SystemRandom());
};

TEST(AeadTest, SealsAndOpensTheKnownAnswers) {
  for (const KnownAnswer& each : kKnownAnswers) {
    const SecretBytes key = SecretFromHex(each.key);
    const std::string nonce = FromHex(each.nonce);
    const std::string plaintext = FromHex(each.plaintext);
    const std::string data = FromHex(each.associated_data);
    std::string sealed(plaintext.size() + kTagBytes, '\0');
    AeadSeal(key, nonce, plaintext, data, sealed.data());
    EXPECT_EQ(ToHex(sealed), each.sealed);
    std::string opened(plaintext.size(), '\0');
    EXPECT_TRUE(AeadOpen(key, nonce, sealed, data, opened.data()));
    EXPECT_EQ(opened, plaintext);
  }
}

TEST(AeadTest, LeavesNothingOfThePlaintextWhereItDoesNotAuthenticate) {
  const KnownAnswer& known = kKnownAnswers[3];
  const std::string sealed = FromHex(known.sealed);
  for (const size_t bit : {size_t{0}, sealed.size() * 8 - 1}) {
    std::string out(sealed.size() - kTagBytes, '\xaa');
    EXPECT_FALSE(AeadOpen(SecretFromHex(known.key), FromHex(known.nonce), FlipBit(sealed, bit),
                          FromHex(known.associated_data), out.data()));
    EXPECT_EQ(out, std::string(out.size(), '\0'));
  }
}

TEST(AeadTest, RefusesASealedTextShorterThanATagAndAWrongNonceSize) {
  const SecretBytes key = SecretFromHex(kSpecKey);
  std::string out(64, '\0');
  EXPECT_FALSE(AeadOpen(key, std::string(12, 'n'), std::string(15, 't'), "", out.data()));
  EXPECT_FALSE(AeadOpen(key, std::string(12, 'n'), "", "", out.data()));
  for (const size_t size : {0, 11, 13, 16}) {
    EXPECT_FALSE(AeadOpen(key, std::string(size, 'n'), std::string(32, 't'), "", out.data()))
        << size;
  }
}

TEST(AeadDeathTest, AKeyOrNonceOfAnotherSizeEndsTheProgram) {
  std::string out(64, '\0');
  const std::string nonce(kNonceBytes, 'n');
  for (const size_t size : {0, 16, 24, 31, 33}) {
    const SecretBytes key = SecretBytes::CopyOf(std::string(size, 'k'));
    EXPECT_DEATH(AeadSeal(key, nonce, "text", "", out.data()), "");
    EXPECT_DEATH((void)AeadOpen(key, nonce, std::string(20, 't'), "", out.data()), "");
  }
  const SecretBytes key = SecretFromHex(kSpecKey);
  EXPECT_DEATH(AeadSeal(key, nonce + "n", "text", "", out.data()), "");
}

TEST_F(BoxTest, OpensToWhatWasSealed) {
  EXPECT_EQ(box_.size(), plaintext_.size() + kBoxOverhead);
  EXPECT_EQ(OpenBox(key_, box_, associated_data_), plaintext_);
  const auto secret = OpenSecretBox(key_, box_, associated_data_);
  ASSERT_TRUE(secret);
  EXPECT_EQ(secret->ExposeSecret(), plaintext_);
}

TEST_F(BoxTest, IsNonceThenCiphertextThenTag) {
  CountingRandom random;
  const std::string box = SealBox(key_, plaintext_, associated_data_, random);
  const std::string nonce = FromHex("000102030405060708090a0b");
  EXPECT_EQ(box.substr(0, kNonceBytes), nonce);
  std::string sealed(plaintext_.size() + kTagBytes, '\0');
  AeadSeal(key_, nonce, plaintext_, associated_data_, sealed.data());
  EXPECT_EQ(box.substr(kNonceBytes), sealed);
}

TEST_F(BoxTest, HasAFreshNonceEachTime) {
  std::set<std::string> nonces;
  for (int i = 0; i < 1000; ++i) {
    nonces.insert(SealBox(key_, plaintext_, "", SystemRandom()).substr(0, kNonceBytes));
  }
  EXPECT_EQ(nonces.size(), 1000);
}

TEST_F(BoxTest, RefusesEveryFlippedBit) {
  for (size_t bit = 0; bit < box_.size() * 8; ++bit) {
    EXPECT_FALSE(OpenBox(key_, FlipBit(box_, bit), associated_data_)) << bit;
    EXPECT_FALSE(OpenSecretBox(key_, FlipBit(box_, bit), associated_data_)) << bit;
  }
  for (size_t bit = 0; bit < associated_data_.size() * 8; ++bit) {
    EXPECT_FALSE(OpenBox(key_, box_, FlipBit(associated_data_, bit))) << bit;
  }
  const std::string key(key_.ExposeSecret());
  for (size_t bit = 0; bit < key.size() * 8; ++bit) {
    EXPECT_FALSE(OpenBox(SecretBytes::CopyOf(FlipBit(key, bit)), box_, associated_data_)) << bit;
  }
}

TEST_F(BoxTest, RefusesEveryOtherLength) {
  for (size_t size = 0; size < box_.size(); ++size) {
    EXPECT_FALSE(OpenBox(key_, std::string_view(box_).substr(0, size), associated_data_)) << size;
    EXPECT_FALSE(OpenSecretBox(key_, std::string_view(box_).substr(0, size), associated_data_))
        << size;
  }
  EXPECT_FALSE(OpenBox(key_, box_ + '\0', associated_data_));
  EXPECT_FALSE(OpenBox(key_, '\0' + box_, associated_data_));
}

TEST_F(BoxTest, RefusesOtherAssociatedData) {
  EXPECT_FALSE(OpenBox(key_, box_, ""));
  EXPECT_FALSE(OpenBox(key_, box_, associated_data_ + "x"));
  EXPECT_FALSE(OpenBox(key_, SealBox(key_, plaintext_, "", SystemRandom()), associated_data_));
}

TEST_F(BoxTest, HoldsAnEmptyTextButNoEmptySecret) {
  const std::string box = SealBox(key_, "", "", SystemRandom());
  EXPECT_EQ(box.size(), kBoxOverhead);
  EXPECT_EQ(OpenBox(key_, box, ""), "");
  EXPECT_FALSE(OpenBox(key_, FlipBit(box, 0), ""));
  EXPECT_FALSE(OpenSecretBox(key_, box, ""));
}

TEST_F(BoxTest, HoldsAMegabyte) {
  const std::string megabyte(1 << 20, 'm');
  EXPECT_EQ(OpenBox(key_, SealBox(key_, megabyte, "", SystemRandom()), ""), megabyte);
}

}  // namespace
}  // namespace keyward::crypto
