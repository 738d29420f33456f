#include "server/keyring/key_shield.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <string_view>

#include "tests/keyring/known_keys.h"

namespace keyward::keyring {
namespace {

std::string_view View(const ShieldedKey& shielded) { return {shielded.data(), shielded.size()}; }

TEST(KeyShieldTest, GivesBackTheKey) {
  KeyShield shield(crypto::SystemRandom());
  EXPECT_TRUE(shield.Unshield(shield.Shield(ExampleKey())) == ExampleKey());
}

TEST(KeyShieldTest, HoldsNothingOfTheKeyInTheClear) {
  KeyShield shield(crypto::SystemRandom());
  const ShieldedKey shielded = shield.Shield(ExampleKey());
  const std::string key = Counting(0x20, 32);
  for (size_t i = 0; i + 4 <= key.size(); ++i) {
    EXPECT_EQ(View(shielded).find(key.substr(i, 4)), std::string_view::npos);
  }
}

TEST(KeyShieldTest, NeverUsesANonceTwice) {
  KeyShield shield(crypto::SystemRandom());
  std::set<std::string> nonces;
  for (int i = 0; i < 1000; ++i) {
    nonces.emplace(View(shield.Shield(ExampleKey())).substr(0, crypto::kNonceBytes));
  }
  EXPECT_EQ(nonces.size(), 1000);
}

TEST(KeyShieldDeathTest, ADamagedKeyEndsTheProgram) {
  KeyShield shield(crypto::SystemRandom());
  for (const size_t place : {size_t{0}, size_t{20}, ShieldedKey().size() - 1}) {
    ShieldedKey shielded = shield.Shield(ExampleKey());
    shielded[place] ^= 1;
    EXPECT_DEATH((void)shield.Unshield(shielded), "");
    EXPECT_DEATH((void)shield.UnshieldForUse(shielded), "");
  }
}

TEST(KeyShieldDeathTest, AnotherProcessKeyDoesNotOpenIt) {
  KeyShield one(crypto::SystemRandom());
  KeyShield other(crypto::SystemRandom());
  EXPECT_DEATH((void)other.Unshield(one.Shield(ExampleKey())), "");
}

}  // namespace
}  // namespace keyward::keyring
