#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "server/errors/errors.h"
#include "server/keyring/key_wrap.h"
#include "server/keyring/token_v3.h"
#include "tests/keyring/keyring_rig.h"

// Which format a value is sealed in, and what a v3 token opens under.
namespace keyward::keyring {
namespace {

using store::UserState;
using store::VersionState;

constexpr Scope kAlice{"alice"};

crypto::SecretBytes KeyOf(uint32_t version) {
  return crypto::SecretBytes::CopyOf(Counting(static_cast<uint8_t>(version * 16), 32));
}

std::string TokenOf(uint32_t version, std::string_view user_id = "alice") {
  return SealTokenV3(KeyOf(version), TokenOwner::User(user_id, version),
                     "of version " + std::to_string(version), "", crypto::SystemRandom());
}

store::KeyVersion Version(uint32_t version, VersionState state = VersionState::kEnabled) {
  store::KeyVersion row = WrapKey(*ExampleKeks().current(), "alice", version, KeyOf(version),
                                  absl::UnixEpoch(), crypto::SystemRandom());
  row.state = state;
  return row;
}

class KeyringFormatsTest : public KeyringRig {
 protected:
  absl::StatusOr<Encrypted> Encrypt(const Scope& scope, std::string_view plaintext,
                                    std::optional<TokenFormat> format = TokenFormat::kV3,
                                    std::string_view data = "") {
    return Await<Encrypted>([&](auto done) {
      keyring_->Encrypt({scope, plaintext, data, format}, std::move(done));
    });
  }
  std::string Refusal(const Scope& scope, std::string_view token, std::string_view data = "") {
    return errors::Reason(Decrypt(scope, token, data).status());
  }
  std::unique_ptr<Keyring> Writing(TokenFormat format, bool shared_with_legacy = false) {
    return std::make_unique<Keyring>(
        ExampleKeks(), store_, clock_, crypto::SystemRandom(),
        Keyring::Options{.cache_max_users = 1000,
                         .cache_ttl = absl::Minutes(5),
                         .token_format = format,
                         .lifecycle = {.legacy_shared = shared_with_legacy}});
  }
  void Store(std::vector<store::KeyVersion> newest_first, uint32_t min_version = 0) {
    behind_->Put({.user_id = "alice",
                  .primary_version = newest_first.front().version,
                  .min_version = min_version,
                  .state = UserState::kActive,
                  .versions = std::move(newest_first)});
    keyring_ = With(ExampleKeks());  // with an empty cache
  }
};

TEST_F(KeyringFormatsTest, AValueIsSealedInTheFormatAskedForElseInTheKeyrings) {
  for (const Scope& scope : {kAlice, kPool}) {
    for (const auto& [format, prefix] :
         {std::pair(TokenFormat::kV2, "v2:"), std::pair(TokenFormat::kV3, "v3:")}) {
      keyring_ = Writing(format);
      EXPECT_EQ(keyring_->token_format(), format);
      EXPECT_TRUE(Encrypt(scope, "x", std::nullopt)->token.starts_with(prefix));
      EXPECT_TRUE(Encrypt(scope, "x", TokenFormat::kV2)->token.starts_with("v2:"));
      EXPECT_TRUE(Encrypt(scope, "x", TokenFormat::kV3)->token.starts_with("v3:"));
    }
  }
}

TEST_F(KeyringFormatsTest, WhatIsSealedInV3Opens) {
  for (const Scope& scope : {kAlice, kPool}) {
    for (const std::string& plaintext : {std::string("sk-test-123"), std::string(),
                                         std::string(1 << 20, 'x'), std::string("\0\xff", 2)}) {
      const auto sealed = Encrypt(scope, plaintext, TokenFormat::kV3, "orders");
      ASSERT_TRUE(sealed.ok()) << sealed.status();
      const auto opened = Decrypt(scope, sealed->token, "orders");
      ASSERT_TRUE(opened.ok()) << opened.status();
      EXPECT_TRUE(opened->plaintext == plaintext);
      EXPECT_EQ(opened->key_version, sealed->key_version);
      EXPECT_EQ(opened->kek_id, sealed->kek_id);
      EXPECT_FALSE(opened->stale);
      EXPECT_FALSE(opened->legacy_plaintext);
    }
  }
}

TEST_F(KeyringFormatsTest, OneMessageRefusesAV3TokenWhateverTheCause) {
  ASSERT_TRUE(Encrypt(Scope{"bob"}, "x").ok());
  const std::string token = Encrypt(kAlice, "x", TokenFormat::kV3, "orders")->token;
  const std::string of_pool = Encrypt(kPool, "x")->token;
  std::string tampered = token;
  tampered[60] = tampered[60] == 'A' ? 'B' : 'A';
  const std::string as_v2 = "v2:" + token.substr(3);
  const std::vector<absl::Status> refusals = {Decrypt(Scope{"bob"}, token, "orders").status(),
                                              Decrypt(kPool, token, "orders").status(),
                                              Decrypt(kAlice, token).status(),
                                              Decrypt(kAlice, tampered, "orders").status(),
                                              Decrypt(kAlice, as_v2, "orders").status(),
                                              Decrypt(kAlice, TokenOf(9)).status(),
                                              Decrypt(kAlice, of_pool).status()};
  for (const absl::Status& status : refusals) {
    EXPECT_EQ(errors::Reason(status), "DECRYPTION_FAILED");
    EXPECT_EQ(status, refusals.front());
  }
}

TEST_F(KeyringFormatsTest, AUsersTokenDoesNotOpenForAnotherUserWithTheSameKey) {
  Store({Version(1)});
  store::KeyVersion same = WrapKey(*ExampleKeks().current(), "bob", 1, KeyOf(1), absl::UnixEpoch(),
                                   crypto::SystemRandom());
  behind_->Put({.user_id = "bob", .primary_version = 1, .versions = {same}});
  EXPECT_EQ(Decrypt(kAlice, TokenOf(1))->plaintext, "of version 1");
  EXPECT_EQ(Refusal(Scope{"bob"}, TokenOf(1)), "DECRYPTION_FAILED");
}

TEST_F(KeyringFormatsTest, OpensUnderTheVersionThatItNames) {
  Store({Version(3), Version(2), Version(1)});
  EXPECT_EQ(Encrypt(kAlice, "x")->key_version, 3);
  for (const uint32_t version : {1u, 2u, 3u}) {
    const auto opened = Decrypt(kAlice, TokenOf(version));
    ASSERT_TRUE(opened.ok()) << opened.status();
    EXPECT_EQ(opened->plaintext, "of version " + std::to_string(version));
    EXPECT_EQ(opened->key_version, version);
    EXPECT_EQ(opened->stale, version != 3);
  }
}

TEST_F(KeyringFormatsTest, OpensUnderNoOtherVersionThatHasTheSameKey) {
  store::KeyVersion same = WrapKey(*ExampleKeks().current(), "alice", 2, KeyOf(1),
                                   absl::UnixEpoch(), crypto::SystemRandom());
  Store({same});
  EXPECT_EQ(Refusal(kAlice, TokenOf(1)), "DECRYPTION_FAILED");
}

TEST_F(KeyringFormatsTest, AWithdrawnVersionSaysSoWhereTheTokenWouldOpenAndOnlyThere) {
  Store({Version(3), Version(2, VersionState::kDisabled), Version(1)}, /*min_version=*/2);
  EXPECT_EQ(Refusal(kAlice, TokenOf(2)), "USER_KEY_DISABLED");
  EXPECT_EQ(Refusal(kAlice, TokenOf(1)), "VERSION_TOO_OLD");
  for (const uint32_t version : {1u, 2u}) {
    EXPECT_EQ(Refusal(kAlice, TokenOf(version), "other data"), "DECRYPTION_FAILED");
    EXPECT_EQ(Refusal(kAlice, TokenOf(version, "bob")), "DECRYPTION_FAILED");
  }
}

TEST_F(KeyringFormatsTest, ADestroyedVersionOpensNothing) {
  store::KeyVersion tombstone = Version(1, VersionState::kDestroyed);
  tombstone.wrapped_key.clear();
  Store({Version(2), tombstone});
  EXPECT_EQ(Refusal(kAlice, TokenOf(1)), "DECRYPTION_FAILED");
  EXPECT_EQ(Decrypt(kAlice, TokenOf(2))->plaintext, "of version 2");
}

TEST_F(KeyringFormatsTest, ADamagedVersionConcernsTheTokensThatNameItAlone) {
  store::KeyVersion damaged = Version(1);
  damaged.wrapped_key[30] ^= 1;
  Store({Version(2), damaged});
  EXPECT_EQ(Refusal(kAlice, TokenOf(1)), "STORED_KEY_CORRUPT");
  EXPECT_EQ(Refusal(kAlice, TokenOf(3)), "DECRYPTION_FAILED");
  EXPECT_EQ(Decrypt(kAlice, TokenOf(2))->plaintext, "of version 2");
}

TEST_F(KeyringFormatsTest, AfterTheKekTurnedOverPoolTokensOpenAndAreStale) {
  const std::string token = Encrypt(kPool, "p")->token;
  keyring_ = With(TurnedOverKeks());
  const auto opened = Decrypt(kPool, token);
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(opened->plaintext, "p");
  EXPECT_EQ(opened->kek_id, kKekId);
  EXPECT_TRUE(opened->stale);
}

TEST_F(KeyringFormatsTest, APoolTokenNamesVersionZeroAndAUsersNeverDoes) {
  const Kek& kek = *ExampleKeks().current();
  const auto forged = [&](const crypto::SecretBytes& key, const TokenOwner& owner) {
    return SealTokenV3(key, owner, "x", "", crypto::SystemRandom());
  };
  EXPECT_EQ(ParseToken(Encrypt(kPool, "x")->token)->version, 0);
  EXPECT_EQ(Refusal(kPool, forged(kek.pool_key(), {'\x02', 1, kek.id()})), "DECRYPTION_FAILED");
  Store({Version(1)});
  EXPECT_EQ(Refusal(kAlice, forged(KeyOf(1), TokenOwner::User("alice", 0))), "DECRYPTION_FAILED");
}

TEST_F(KeyringFormatsTest, WhileThePythonModuleSharesTheKeysV3IsRefusedButOpens) {
  const std::string of_user = Encrypt(kAlice, "u")->token;
  const std::string of_pool = Encrypt(kPool, "p")->token;
  keyring_ = Writing(TokenFormat::kV2, /*shared_with_legacy=*/true);
  for (const Scope& scope : {kAlice, kPool, Scope{"new"}}) {
    EXPECT_EQ(errors::Reason(Encrypt(scope, "x").status()), "LEGACY_SHARED");
  }
  EXPECT_EQ(behind_->size(), 1);
  EXPECT_TRUE(Encrypt(kAlice, "x", TokenFormat::kV2).ok());
  EXPECT_TRUE(Encrypt(kAlice, "x", std::nullopt).ok());
  EXPECT_EQ(Decrypt(kAlice, of_user)->plaintext, "u");
  EXPECT_EQ(Decrypt(kPool, of_pool)->plaintext, "p");
}

// The system's, counted.
class CountedRandom : public crypto::Random {
 public:
  void Fill(absl::Span<uint8_t> out) override {
    crypto::SystemRandom().Fill(out);
    ++draws;
  }
  int draws = 0;
};

TEST_F(KeyringFormatsTest, NoncesOfABatchAreDrawnAtOnceAndNeverShared) {
  CountedRandom random;
  keyring_ = std::make_unique<Keyring>(
      ExampleKeks(), store_, clock_, random,
      Keyring::Options{
          .cache_max_users = 10, .cache_ttl = absl::Minutes(5), .token_format = TokenFormat::kV3});
  const int before = random.draws;
  Nonces nonces = keyring_->DrawNonces(3);
  std::set<std::string> seen;
  for (int i = 0; i < 3; ++i) {
    const auto sealed = keyring_->TryEncrypt({kPool, "x", ""}, nonces);
    seen.insert((*sealed)->token.substr(0, 40));  // prefix, version and most of the nonce
  }
  EXPECT_EQ(random.draws - before, 1);
  EXPECT_EQ(seen.size(), 3);
}

}  // namespace
}  // namespace keyward::keyring
