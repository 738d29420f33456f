#include "server/crypto/xaes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tests/crypto/hex.h"
#include "tests/crypto/shake128.h"

// The test vectors are those of https://c2sp.org/XAES-256-GCM, "Test vectors" and "Accumulated
// randomized tests".
namespace keyward::crypto {
namespace {

// Gives a nonce that was chosen.
class ChosenNonce : public Random {
 public:
  explicit ChosenNonce(std::string nonce) : nonce_(std::move(nonce)) {}
  void Fill(absl::Span<uint8_t> out) override {
    ASSERT_EQ(out.size(), nonce_.size());
    std::copy(nonce_.begin(), nonce_.end(), out.begin());
  }

 private:
  const std::string nonce_;
};

std::string Seal(const SecretBytes& key, std::string_view plaintext, std::string_view data,
                 Random& random = SystemRandom()) {
  std::string box(plaintext.size() + kXaesBoxOverhead, '\0');
  SealXaesBox(key, plaintext, data, random, box.data());
  return box;
}

std::string FlipBit(std::string text, size_t bit) {
  text[bit / 8] = static_cast<char>(text[bit / 8] ^ 1 << bit % 8);
  return text;
}

struct KnownAnswer {
  char key_byte;
  std::string_view associated_data, sealed;
};
// The first has a CMAC subkey without carry, the second one with.
constexpr KnownAnswer kKnownAnswers[] = {
    {'\x01', "", "ce546ef63c9cc60765923609b33a9a1974e96e52daf2fcf7075e2271"},
    {'\x03', "c2sp.org/XAES-256-GCM", "986ec1832593df5443a179437fd083bf3fdb41abd740a21f71eb769d"},
};
constexpr char kNonce[] = "ABCDEFGHIJKLMNOPQRSTUVWX";
constexpr char kPlaintext[] = "XAES-256-GCM";

TEST(XaesTest, SealsAndOpensTheKnownAnswers) {
  for (const KnownAnswer& each : kKnownAnswers) {
    const SecretBytes key = SecretBytes::CopyOf(std::string(kKeyBytes, each.key_byte));
    ChosenNonce nonce(kNonce);
    const std::string box = Seal(key, kPlaintext, each.associated_data, nonce);
    EXPECT_EQ(ToHex(box), ToHex(kNonce) + std::string(each.sealed));
    EXPECT_EQ(OpenXaesBox(key, box, each.associated_data), kPlaintext);
  }
}

// The hash of all that is sealed with what one stream of SHAKE128 gives.
std::string Accumulated(int rounds) {
  Shake128 stream;
  Shake128 hash;
  const auto take_short = [&] { return stream.Take(static_cast<uint8_t>(stream.Take(1)[0])); };
  for (int i = 0; i < rounds; ++i) {
    const SecretBytes key = SecretBytes::CopyOf(stream.Take(kKeyBytes));
    ChosenNonce nonce(stream.Take(kXaesNonceBytes));
    const std::string plaintext = take_short();
    const std::string data = take_short();
    const std::string box = Seal(key, plaintext, data, nonce);
    hash.Add(std::string_view(box).substr(kXaesNonceBytes));
    if (OpenXaesBox(key, box, data) != plaintext) return "what was sealed does not open";
  }
  return ToHex(hash.Take(32));
}

TEST(XaesTest, TenThousandRandomCasesSealAsTheSpecificationSays) {
  EXPECT_EQ(ToHex(Shake128().Take(16)), "7f9c2ba4e88f827d616045507605853e");
  EXPECT_EQ(Accumulated(10'000),
            "e6b9edf2df6cec60c8cbd864e2211b597fb69a529160cd040d56c0c210081939");
}

// Half a minute; --gtest_also_run_disabled_tests has it.
TEST(XaesTest, DISABLED_AMillionRandomCasesSealAsTheSpecificationSays) {
  EXPECT_EQ(Accumulated(1'000'000),
            "2163ae1445985a30b60585ee67daa55674df06901b890593e824b8a7c885ab15");
}

class XaesBoxTest : public ::testing::Test {
 protected:
  const std::string plaintext_ = "sk-test-123";
  const std::string data_ = "orders";
  const std::string key_bytes_ = std::string(kKeyBytes, 'k');
  const SecretBytes key_ = SecretBytes::CopyOf(key_bytes_);
  const std::string box_ = Seal(key_, plaintext_, data_);
};

TEST_F(XaesBoxTest, OpensToWhatWasSealed) {
  EXPECT_EQ(OpenXaesBox(key_, box_, data_), plaintext_);
  EXPECT_EQ(OpenXaesBox(key_, Seal(key_, "", ""), ""), "");
  const std::string megabyte(1 << 20, 'm');
  EXPECT_EQ(OpenXaesBox(key_, Seal(key_, megabyte, ""), ""), megabyte);
}

TEST_F(XaesBoxTest, HasAFreshNonceEachTime) {
  std::set<std::string> nonces;
  for (int i = 0; i < 1000; ++i) nonces.insert(Seal(key_, "", "").substr(0, kXaesNonceBytes));
  EXPECT_EQ(nonces.size(), 1000);
}

TEST_F(XaesBoxTest, RefusesEveryFlippedBit) {
  for (size_t bit = 0; bit < box_.size() * 8; ++bit) {
    EXPECT_FALSE(OpenXaesBox(key_, FlipBit(box_, bit), data_)) << bit;
  }
  for (size_t bit = 0; bit < data_.size() * 8; ++bit) {
    EXPECT_FALSE(OpenXaesBox(key_, box_, FlipBit(data_, bit))) << bit;
  }
  for (size_t bit = 0; bit < key_bytes_.size() * 8; ++bit) {
    EXPECT_FALSE(OpenXaesBox(SecretBytes::CopyOf(FlipBit(key_bytes_, bit)), box_, data_)) << bit;
  }
}

TEST_F(XaesBoxTest, RefusesEveryOtherLength) {
  for (size_t size = 0; size < box_.size(); ++size) {
    EXPECT_FALSE(OpenXaesBox(key_, std::string_view(box_).substr(0, size), data_)) << size;
  }
  EXPECT_FALSE(OpenXaesBox(key_, box_ + '\0', data_));
  EXPECT_FALSE(OpenXaesBox(key_, '\0' + box_, data_));
}

TEST_F(XaesBoxTest, IsNoBoxOfAesGcmUnderTheSameKey) {
  EXPECT_FALSE(OpenBox(key_, box_, data_));
  EXPECT_FALSE(OpenBox(key_, std::string_view(box_).substr(kXaesNonceBytes - kNonceBytes), data_));
}

TEST(XaesDeathTest, AKeyOfAnotherSizeEndsTheProgram) {
  for (const size_t size : {0, 16, 31, 33}) {
    const SecretBytes key = SecretBytes::CopyOf(std::string(size, 'k'));
    EXPECT_DEATH((void)Seal(key, "text", ""), "");
    EXPECT_DEATH((void)OpenXaesBox(key, std::string(kXaesBoxOverhead, 'b'), ""), "");
  }
}

}  // namespace
}  // namespace keyward::crypto
