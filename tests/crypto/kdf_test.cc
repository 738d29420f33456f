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

}  // namespace
}  // namespace keyward::crypto
