#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "server/errors/errors.h"
#include "server/keyring/key_wrap.h"
#include "server/keyring/token.h"
#include "tests/keyring/keyring_rig.h"

// Rows that only an operator, another program or damage leaves behind.
namespace keyward::keyring {
namespace {

using store::UserState;
using store::VersionState;

constexpr Scope kAlice{"alice"};

crypto::SecretBytes KeyOf(uint32_t version) {
  return crypto::SecretBytes::CopyOf(Counting(static_cast<uint8_t>(version * 16), 32));
}

std::string TokenOf(uint32_t version) {
  return SealToken(KeyOf(version), "of version " + std::to_string(version), "",
                   crypto::SystemRandom());
}

store::KeyVersion Version(uint32_t version, VersionState state = VersionState::kEnabled) {
  store::KeyVersion row = WrapKey(*ExampleKeks().current(), "alice", version, KeyOf(version),
                                  absl::UnixEpoch(), crypto::SystemRandom());
  row.state = state;
  return row;
}

class KeyringStatesTest : public KeyringRig {
 protected:
  void Store(std::vector<store::KeyVersion> newest_first, UserState state = UserState::kActive,
             uint32_t min_version = 0) {
    behind_->Put({.user_id = "alice",
                  .primary_version = newest_first.front().version,
                  .min_version = min_version,
                  .state = state,
                  .versions = std::move(newest_first)});
    keyring_ = With(ExampleKeks());  // with an empty cache
  }

  std::string EncryptReason() { return errors::Reason(Encrypt(kAlice, "x").status()); }
  std::string DecryptReason(uint32_t version) {
    return errors::Reason(Decrypt(kAlice, TokenOf(version)).status());
  }
  std::string GetKeyReason(uint32_t version) {
    return errors::Reason(GetKey("alice", version).status());
  }
};

TEST_F(KeyringStatesTest, AUserWhoIsDisabledDeletedOrDestroyedIsRefusedEverything) {
  for (const auto& [state, reason] : {std::pair(UserState::kDisabled, "USER_KEY_DISABLED"),
                                      std::pair(UserState::kDeleted, "USER_KEY_DELETED"),
                                      std::pair(UserState::kDestroyed, "USER_KEY_DESTROYED")}) {
    Store({Version(1)}, state);
    EXPECT_EQ(EncryptReason(), reason);
    EXPECT_EQ(DecryptReason(1), reason);
    EXPECT_EQ(GetKeyReason(0), reason);
  }
  EXPECT_EQ(behind_->size(), 1);  // nobody came back under a new key
}

TEST_F(KeyringStatesTest, EncryptsUnderThePrimaryVersionAndDecryptsUnderEach) {
  Store({Version(2), Version(1)});
  const auto encrypted = Encrypt(kAlice, "x");
  ASSERT_TRUE(encrypted.ok()) << encrypted.status();
  EXPECT_EQ(encrypted->key_version, 2);
  EXPECT_FALSE(Decrypt(kAlice, encrypted->token)->stale);
  const auto old = Decrypt(kAlice, TokenOf(1));
  ASSERT_TRUE(old.ok()) << old.status();
  EXPECT_EQ(old->plaintext, "of version 1");
  EXPECT_EQ(old->key_version, 1);
  EXPECT_TRUE(old->stale);
  EXPECT_TRUE(GetKey("alice", 0)->key == KeyOf(2));
  EXPECT_TRUE(GetKey("alice", 1)->key == KeyOf(1));
}

TEST_F(KeyringStatesTest, EncryptUsesNoOtherVersionWhereThePrimaryOneIsDisabled) {
  Store({Version(2, VersionState::kDisabled), Version(1)});
  EXPECT_EQ(EncryptReason(), "USER_KEY_DISABLED");
  EXPECT_EQ(GetKeyReason(0), "USER_KEY_DISABLED");
  EXPECT_EQ(DecryptReason(2), "USER_KEY_DISABLED");
  EXPECT_EQ(Decrypt(kAlice, TokenOf(1))->plaintext, "of version 1");
}

TEST_F(KeyringStatesTest, ADestroyedVersionOpensNothing) {
  store::KeyVersion tombstone = Version(1, VersionState::kDestroyed);
  tombstone.wrapped_key.clear();
  Store({Version(2), tombstone});
  EXPECT_EQ(DecryptReason(1), "DECRYPTION_FAILED");
  EXPECT_EQ(GetKeyReason(1), "USER_KEY_DESTROYED");
  EXPECT_EQ(Decrypt(kAlice, TokenOf(2))->plaintext, "of version 2");
  EXPECT_TRUE(Encrypt(kAlice, "x").ok());
}

TEST_F(KeyringStatesTest, VersionsBelowTheMinimumAreTooOld) {
  Store({Version(3), Version(2), Version(1)}, UserState::kActive, /*min_version=*/2);
  EXPECT_EQ(DecryptReason(1), "VERSION_TOO_OLD");
  EXPECT_EQ(GetKeyReason(1), "VERSION_TOO_OLD");
  EXPECT_EQ(Decrypt(kAlice, TokenOf(2))->key_version, 2);
}

TEST_F(KeyringStatesTest, ADamagedKeyIsToldFromATokenThatDoesNotOpen) {
  store::KeyVersion damaged = Version(1);
  damaged.wrapped_key[30] ^= 1;
  Store({damaged});
  EXPECT_EQ(EncryptReason(), "STORED_KEY_CORRUPT");
  EXPECT_EQ(DecryptReason(1), "STORED_KEY_CORRUPT");
  EXPECT_EQ(GetKeyReason(0), "STORED_KEY_CORRUPT");
}

TEST_F(KeyringStatesTest, OneDamagedVersionLeavesTheOthersUsable) {
  store::KeyVersion damaged = Version(1);
  damaged.wrapped_key.pop_back();
  Store({Version(2), damaged});
  EXPECT_TRUE(Encrypt(kAlice, "x").ok());
  EXPECT_EQ(Decrypt(kAlice, TokenOf(2))->plaintext, "of version 2");
  EXPECT_EQ(DecryptReason(1), "STORED_KEY_CORRUPT");  // it may well be that version's
}

TEST_F(KeyringStatesTest, ARowCopiedFromAnotherUserIsNeverServed) {
  store::KeyVersion bobs = WrapKey(*ExampleKeks().current(), "bob", 1, KeyOf(1), absl::UnixEpoch(),
                                   crypto::SystemRandom());
  Store({bobs});
  EXPECT_EQ(EncryptReason(), "STORED_KEY_CORRUPT");
  EXPECT_EQ(DecryptReason(1), "STORED_KEY_CORRUPT");
  EXPECT_EQ(GetKeyReason(0), "STORED_KEY_CORRUPT");
}

TEST_F(KeyringStatesTest, APrimaryVersionThatIsNotThereIsDamage) {
  Store({Version(1)});
  store::UserKeys headless = {.user_id = "alice",
                              .primary_version = 2,
                              .min_version = 0,
                              .state = UserState::kActive,
                              .versions = {Version(1)}};
  behind_->Put(headless);
  keyring_ = With(ExampleKeks());
  EXPECT_EQ(EncryptReason(), "STORED_KEY_CORRUPT");
  EXPECT_EQ(GetKeyReason(0), "STORED_KEY_CORRUPT");
  EXPECT_TRUE(Decrypt(kAlice, TokenOf(1)).ok());
}

TEST_F(KeyringStatesTest, AStateThatNoReleaseKnowsIsRefused) {
  Store({Version(1)}, static_cast<UserState>(9));
  EXPECT_EQ(EncryptReason(), "STORED_KEY_CORRUPT");
  Store({Version(1, static_cast<VersionState>(9))});
  EXPECT_EQ(EncryptReason(), "STORED_KEY_CORRUPT");
}

}  // namespace
}  // namespace keyward::keyring
