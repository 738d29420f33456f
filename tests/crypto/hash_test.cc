#include "server/crypto/hash.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/crypto/hex.h"

namespace keyward::crypto {
namespace {

std::string HmacHex(const SecretBytes& key, std::string_view data) {
  const Sha256Digest digest = HmacSha256(key, data);
  return ToHex({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

// FIPS 180-4's examples, and the million letters of NIST's long message test.
TEST(Sha256Test, AnswersTheExamplesOfFips180) {
  EXPECT_EQ(Sha256Hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(Sha256Hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Sha256Hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(Sha256Hex(std::string(1000000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256Test, TakesBytesOfAnyValue) {
  EXPECT_EQ(Sha256Hex(std::string("\0\xff", 2)),
            "06eb7d6a69ee19e5fbdf749018d3d2abfa04bcbd1365db312eb86dc7169389b8");
}

TEST(HmacSha256Test, AnswersTheTestCasesOfRfc4231) {
  EXPECT_EQ(HmacHex(SecretBytes::CopyOf(std::string(20, '\x0b')), "Hi There"),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(HmacHex(SecretBytes::CopyOf("Jefe"), "what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(HmacHex(SecretBytes::CopyOf(std::string(20, '\xaa')), std::string(50, '\xdd')),
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
  EXPECT_EQ(HmacHex(SecretBytes::CopyOf(std::string(131, '\xaa')),
                    "Test Using Larger Than Block-Size Key - Hash Key First"),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(HmacSha256Test, TakesAnEmptyKeyAndEmptyData) {
  EXPECT_EQ(HmacHex(SecretBytes(), ""),
            "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST(HmacSha256KeyTest, SignsAsHmacSha256DoesWhateverTheKeysSize) {
  for (const size_t size : {0, 1, 32, 63, 64, 65, 200}) {
    const SecretBytes key = SecretBytes::CopyOf(std::string(size, 'k'));
    const HmacSha256Key prepared(key);
    EXPECT_EQ(prepared.Sign("first and ", "second"), HmacSha256(key, "first and second")) << size;
    EXPECT_EQ(prepared.Sign("once more"), HmacSha256(key, "once more")) << size;
  }
}

TEST(Sha256StreamTest, HashesThePiecesAsAWhole) {
  Sha256Stream stream;
  EXPECT_EQ(Sha256Stream().FinishHex(), Sha256Hex(""));
  for (const char* piece : {"a", "", "bc"}) stream.Add(piece);
  EXPECT_EQ(stream.FinishHex(), Sha256Hex("abc"));
}

}  // namespace
}  // namespace keyward::crypto
