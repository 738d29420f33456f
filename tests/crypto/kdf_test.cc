#include "server/crypto/kdf.h"

#include <gtest/gtest.h>

#include "tests/crypto/hex.h"

namespace keyward::crypto {
namespace {

std::string Derive(std::string_view password, std::string_view salt, uint32_t iterations,
                   size_t size) {
  return ToHex(
      Pbkdf2HmacSha256(SecretBytes::CopyOf(password), salt, iterations, size).ExposeSecret());
}

TEST(Pbkdf2Test, AnswersTheVectorsOfRfc7914) {
  EXPECT_EQ(Derive("passwd", "salt", 1, 64),
            "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc"
            "49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783");
  EXPECT_EQ(Derive("Password", "NaCl", 80000, 64),
            "4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56"
            "a1d425a1225833549adb841b51c9b3176a272bdebba1d078478f62b397f33c8d");
}

TEST(Pbkdf2Test, GivesAsManyBytesAsAreAskedFor) {
  const std::string all = Derive("passwd", "salt", 1, 64);
  for (const size_t size : {1, 31, 32, 33}) {
    EXPECT_EQ(Derive("passwd", "salt", 1, size), all.substr(0, 2 * size));
  }
}

TEST(Pbkdf2Test, TakesAnEmptySaltAndSecret) {
  EXPECT_EQ(Derive("", "", 1, 32),
            "f7ce0b653d2d72a4108cf5abe912ffdd777616dbbb27a70e8204f3ae2d0f6fad");
}

TEST(Pbkdf2DeathTest, NoIterationsEndTheProgram) { EXPECT_DEATH(Derive("p", "s", 0, 32), ""); }

std::string Hkdf(std::string_view secret, std::string_view salt, std::string_view info) {
  return ToHex(HkdfSha256(SecretFromHex(secret), FromHex(salt), FromHex(info)).ExposeSecret());
}

// Test cases 1 to 3 of RFC 5869, appendix A, whose output goes on after these bytes.
TEST(HkdfTest, AnswersTheVectorsOfRfc5869) {
  EXPECT_EQ(Hkdf("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "000102030405060708090a0b0c",
                 "f0f1f2f3f4f5f6f7f8f9"),
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf");
  EXPECT_EQ(Hkdf("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
                 "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f"
                 "404142434445464748494a4b4c4d4e4f",
                 "606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f"
                 "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f"
                 "a0a1a2a3a4a5a6a7a8a9aaabacadaeaf",
                 "b0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecf"
                 "d0d1d2d3d4d5d6d7d8d9dadbdcdddedfe0e1e2e3e4e5e6e7e8e9eaebecedeeef"
                 "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"),
            "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c");
  EXPECT_EQ(Hkdf("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "", ""),
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d");
}

}  // namespace
}  // namespace keyward::crypto
