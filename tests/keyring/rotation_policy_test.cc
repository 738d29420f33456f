#include "server/keyring/rotation_policy.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "server/errors/errors.h"
#include "server/keyring/automatic_rotation.h"
#include "tests/keyring/keyring_rig.h"

namespace keyward::keyring {
namespace {

using Call = store::FaultyKeyStore::Call;
using store::UserState;
using store::VersionState;

const absl::Time kCreated = absl::FromUnixSeconds(1'000'000);
constexpr RotationPolicy kPolicy{.max_age = absl::Hours(24), .max_messages = 1000};

store::UserKeys User(int64_t messages) {
  return {
      .user_id = "alice",
      .primary_version = 2,
      .versions = {
          {.version = 2, .created_at_micros = absl::ToUnixMicros(kCreated), .messages = messages},
          {.version = 1, .created_at_micros = 0, .messages = 5000}}};
}

TEST(RotationPolicyTest, ThePrimaryVersionsAgeAndMessagesDecide) {
  EXPECT_EQ(kPolicy.DueReason(User(999), kCreated + absl::Hours(24) - absl::Microseconds(1)), "");
  EXPECT_EQ(kPolicy.DueReason(User(1000), kCreated), "MESSAGES");
  EXPECT_EQ(kPolicy.DueReason(User(0), kCreated + absl::Hours(24)), "AGE");
  EXPECT_EQ(kPolicy.DueReason(User(1000), kCreated + absl::Hours(24)), "MESSAGES");
}

TEST(RotationPolicyTest, AZeroSwitchesALimitOff) {
  const absl::Time late = kCreated + absl::Hours(24 * 365 * 100);
  EXPECT_EQ(RotationPolicy{.max_messages = 1000}.DueReason(User(0), late), "");
  EXPECT_EQ((RotationPolicy{.max_age = absl::Hours(24), .max_messages = 0})
                .DueReason(User(int64_t{1} << 40), kCreated),
            "");
  EXPECT_EQ(RotationPolicy::Never().DueReason(User(int64_t{1} << 40), late), "");
}

TEST(RotationPolicyTest, ByDefaultAKeyIsDueAtHalfOfWhatIsSafe) {
  EXPECT_EQ(RotationPolicy().DueReason(User((int64_t{1} << 31) - 1), kCreated), "");
  EXPECT_EQ(RotationPolicy().DueReason(User(int64_t{1} << 31), kCreated), "MESSAGES");
}

TEST(RotationPolicyTest, WhatSealsNothingIsNotDue) {
  for (const UserState state : {UserState::kDisabled, UserState::kDeleted, UserState::kDestroyed}) {
    store::UserKeys user = User(1000);
    user.state = state;
    EXPECT_EQ(kPolicy.DueReason(user, kCreated), "");
  }
  store::UserKeys user = User(1000);
  user.versions[0].state = VersionState::kDisabled;
  EXPECT_EQ(kPolicy.DueReason(user, kCreated), "");
  user.versions.clear();
  EXPECT_EQ(kPolicy.DueReason(user, kCreated), "");
}

class AutomaticRotationTest : public KeyringRig {
 protected:
  AutomaticRotationTest() {
    EXPECT_TRUE(Encrypt(Scope{"alice"}, "x").ok());
    clock_.Advance(absl::Hours(24));
  }

  std::unique_ptr<AutomaticRotation> rotation_ =
      std::make_unique<AutomaticRotation>(keyring_->lifecycle(), clock_, kPolicy);
};

TEST_F(AutomaticRotationTest, WhoeverIsDueIsRotatedOnceHoweverOftenLookedAt) {
  const auto stored = Stored("alice");
  store_.Hold(Call::kUpdate);
  for (int i = 0; i < 5; ++i) rotation_->Look(*stored);
  EXPECT_EQ(store_.Count(Call::kUpdate), 1) << "one attempt at a time";
  store_.Release(Call::kUpdate);
  rotation_.reset();  // which waits for it
  EXPECT_EQ(Stored("alice")->primary_version, 2);
}

TEST_F(AutomaticRotationTest, WhatWasReadBeforeARotationDoesNotRotateAgain) {
  const auto stored = Stored("alice");
  ASSERT_TRUE(Rotate("alice").ok());
  rotation_->Look(*stored);
  rotation_.reset();
  EXPECT_EQ(Stored("alice")->primary_version, 2);
}

TEST_F(AutomaticRotationTest, AFailureIsTriedAgainWithTheNextLook) {
  const auto stored = Stored("alice");
  store_.Fail(Call::kUpdate, errors::StoreUnavailable("disk full"));
  rotation_->Look(*stored);
  // The store answers in order: what was asked before is answered too.
  ASSERT_TRUE(Do([](auto& verbs, auto done) { verbs.Get("alice", std::move(done)); }).ok());
  EXPECT_EQ(rotation_->failed(), 1);
  store_.Fail(Call::kUpdate, absl::OkStatus());
  rotation_->Look(*stored);
  rotation_.reset();
  EXPECT_EQ(Stored("alice")->primary_version, 2);
}

TEST_F(AutomaticRotationTest, SoManyAtOnceAndNoMore) {
  store_.Hold(Call::kUpdate);
  store::UserKeys stored = *Stored("alice");
  for (size_t i = 0; i < AutomaticRotation::kMaxAtOnce + 10; ++i) {
    stored.user_id = "user-" + std::to_string(i);
    rotation_->Look(stored);
  }
  EXPECT_EQ(store_.Count(Call::kUpdate), static_cast<int>(AutomaticRotation::kMaxAtOnce));
  store_.Release(Call::kUpdate);
}

TEST_F(AutomaticRotationTest, WhoeverIsNotDueIsLeftAlone) {
  store::UserKeys stored = *Stored("alice");
  stored.versions[0].created_at_micros = absl::ToUnixMicros(clock_.Now());
  rotation_->Look(stored);
  EXPECT_EQ(store_.Count(Call::kUpdate), 0);
}

}  // namespace
}  // namespace keyward::keyring
