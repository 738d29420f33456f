#include "tests/crypto/wycheproof.h"

#include <gtest/gtest.h>

#include "server/crypto/aead.h"
#include "server/crypto/hash.h"
#include "server/crypto/kdf.h"
#include "tests/crypto/hex.h"

// The counts are the files': an empty or cut file must not pass.
namespace keyward::crypto {
namespace {

bool Fits(const WycheproofCase& test) {
  return test.GroupNumber("keySize") == 256 && test.GroupNumber("ivSize") == 96 &&
         test.GroupNumber("tagSize") == 128;
}

void CheckAead(const WycheproofCase& test) {
  const SecretBytes key = SecretBytes::CopyOf(test.Bytes("key"));
  const std::string sealed = test.Bytes("ct") + test.Bytes("tag");
  std::string out(sealed.size() - kTagBytes, '\0');
  ASSERT_EQ(AeadOpen(key, test.Bytes("iv"), sealed, test.Bytes("aad"), out.data()), test.valid());
  if (!test.valid()) return;
  EXPECT_EQ(out, test.Bytes("msg"));
  std::string again(sealed.size(), '\0');
  AeadSeal(key, test.Bytes("iv"), out, test.Bytes("aad"), again.data());
  EXPECT_EQ(ToHex(again), ToHex(sealed));
}

TEST(WycheproofTest, AesGcmOpensTheValidAndRefusesTheInvalidCases) {
  const auto cases = LoadWycheproof("aes_gcm_test.json");
  if (!cases) return;
  int valid = 0;
  int invalid = 0;
  for (const WycheproofCase& test : *cases) {
    if (!Fits(test)) continue;
    SCOPED_TRACE(test.Name());
    CheckAead(test);
    ++(test.valid() ? valid : invalid);
  }
  EXPECT_EQ(valid, 39);
  EXPECT_EQ(invalid, 27);
}

TEST(WycheproofTest, Pbkdf2DerivesEveryKey) {
  const auto cases = LoadWycheproof("pbkdf2_hmacsha256_test.json");
  if (!cases) return;
  for (const WycheproofCase& test : *cases) {
    SCOPED_TRACE(test.Name());
    ASSERT_TRUE(test.valid());
    const std::string expected = test.Bytes("dk");
    ASSERT_EQ(expected.size(), test.Number("dkLen"));
    const SecretBytes derived =
        Pbkdf2HmacSha256(SecretBytes::CopyOf(test.Bytes("password")), test.Bytes("salt"),
                         static_cast<uint32_t>(test.Number("iterationCount")), expected.size());
    EXPECT_EQ(ToHex(derived.ExposeSecret()), ToHex(expected));
  }
  EXPECT_EQ(cases->size(), 60);
}

TEST(WycheproofTest, HmacMatchesTheValidTagsAndNoInvalidOne) {
  const auto cases = LoadWycheproof("hmac_sha256_test.json");
  if (!cases) return;
  int valid = 0;
  for (const WycheproofCase& test : *cases) {
    SCOPED_TRACE(test.Name());
    const Sha256Digest digest =
        HmacSha256(SecretBytes::CopyOf(test.Bytes("key")), test.Bytes("msg"));
    // Some groups keep the first half of the tag alone.
    const std::string tag(digest.begin(), digest.begin() + test.GroupNumber("tagSize") / 8);
    EXPECT_EQ(ToHex(tag) == test.Text("tag"), test.valid());
    valid += test.valid() ? 1 : 0;
  }
  EXPECT_EQ(cases->size(), 174);
  EXPECT_EQ(valid, 66);
}

}  // namespace
}  // namespace keyward::crypto
