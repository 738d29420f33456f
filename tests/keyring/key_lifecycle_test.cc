#include "server/keyring/key_lifecycle.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "server/errors/errors.h"
#include "tests/keyring/keyring_rig.h"
#include "tests/store/user_changes.h"

namespace keyward::keyring {
namespace {

using Answer = HoldingKeyStore::Answer;
using Call = store::FaultyKeyStore::Call;
using store::UserState;

constexpr Scope kAlice{"alice"};

class KeyLifecycleTest : public KeyringRig {
 protected:
  KeyLifecycleTest() { token_ = Encrypt(kAlice, "secret")->token; }

  absl::StatusOr<store::UserKeys> Disable(uint32_t version = 0, const std::string& etag = "") {
    return Do(
        [&](auto& verbs, auto done) { verbs.Disable("alice", version, etag, std::move(done)); });
  }
  absl::StatusOr<store::UserKeys> Enable(uint32_t version = 0) {
    return Do([&](auto& verbs, auto done) { verbs.Enable("alice", version, "", std::move(done)); });
  }
  absl::StatusOr<store::UserKeys> SetMinimum(uint32_t version) {
    return Do([&](auto& verbs, auto done) {
      verbs.SetMinimumVersion("alice", version, "", std::move(done));
    });
  }
  absl::StatusOr<store::UserKeys> Delete() {
    return Do([&](auto& verbs, auto done) { verbs.Delete("alice", "", std::move(done)); });
  }
  absl::StatusOr<store::UserKeys> Undelete() {
    return Do([&](auto& verbs, auto done) { verbs.Undelete("alice", "", std::move(done)); });
  }
  absl::StatusOr<store::UserKeys> Destroy(const std::string& etag) {
    return Do([&](auto& verbs, auto done) { verbs.Destroy("alice", etag, std::move(done)); });
  }
  std::string DecryptReason() { return errors::Reason(Decrypt(kAlice, token_).status()); }
  std::string EncryptReason() { return errors::Reason(Encrypt(kAlice, "x").status()); }

  std::string token_;
};

TEST_F(KeyLifecycleTest, ARotatedKeySealsUnderTheNewVersionAndOpensUnderBoth) {
  const auto rotated = Rotate("alice");
  ASSERT_TRUE(rotated.ok()) << rotated.status();
  EXPECT_EQ(rotated->primary_version, 2);
  EXPECT_EQ(Stored("alice")->primary_version, 2);
  const auto sealed = Encrypt(kAlice, "new");
  EXPECT_EQ(sealed->key_version, 2);
  EXPECT_EQ(Decrypt(kAlice, sealed->token)->plaintext, "new");
  const auto old = Decrypt(kAlice, token_);
  EXPECT_EQ(old->plaintext, "secret");
  EXPECT_TRUE(old->stale);
  EXPECT_FALSE(GetKey("alice", 1)->key == GetKey("alice", 2)->key);
}

TEST_F(KeyLifecycleTest, EachVerbShowsInTheNextCallThoughTheKeysWereCached) {
  ASSERT_TRUE(Disable().ok());
  EXPECT_EQ(DecryptReason(), "USER_KEY_DISABLED");
  ASSERT_TRUE(Enable().ok());
  EXPECT_EQ(DecryptReason(), "");
  ASSERT_TRUE(Disable(1).ok());
  EXPECT_EQ(EncryptReason(), "USER_KEY_DISABLED");
  ASSERT_TRUE(Enable(1).ok());
  EXPECT_EQ(EncryptReason(), "");
  ASSERT_TRUE(Rotate("alice").ok());
  ASSERT_TRUE(SetMinimum(2).ok());
  EXPECT_EQ(DecryptReason(), "VERSION_TOO_OLD");
  ASSERT_TRUE(SetMinimum(0).ok());
  EXPECT_EQ(DecryptReason(), "");
  ASSERT_TRUE(Delete().ok());
  EXPECT_EQ(DecryptReason(), "USER_KEY_DELETED");
  ASSERT_TRUE(Undelete().ok());
  EXPECT_EQ(DecryptReason(), "");
  ASSERT_TRUE(Destroy(EtagOf(*Stored("alice"))).ok());
  EXPECT_EQ(DecryptReason(), "USER_KEY_DESTROYED");
  EXPECT_EQ(EncryptReason(), "USER_KEY_DESTROYED");
  ASSERT_TRUE(Rotate("alice").ok());
  EXPECT_EQ(EncryptReason(), "");
  EXPECT_EQ(DecryptReason(), "DECRYPTION_FAILED");
  EXPECT_EQ(Encrypt(kAlice, "x")->key_version, 3);
}

TEST_F(KeyLifecycleTest, AKeyIsDeletedForTheGraceTime) {
  const auto deleted = Delete();
  EXPECT_EQ(absl::FromUnixMicros(deleted->purge_at_micros), clock_.Now() + absl::Hours(24 * 7));
}

TEST_F(KeyLifecycleTest, AnEtagThatIsOutOfDateStopsEachVerb) {
  const std::string old = EtagOf(*Stored("alice"));
  ASSERT_TRUE(Rotate("alice", "", old).ok());
  EXPECT_EQ(errors::Reason(Rotate("alice", "", old).status()), "ETAG_MISMATCH");
  EXPECT_EQ(errors::Reason(Disable(0, old).status()), "ETAG_MISMATCH");
  EXPECT_EQ(errors::Reason(Destroy(old).status()), "ETAG_MISMATCH");
  EXPECT_EQ(Stored("alice")->primary_version, 2);
  EXPECT_TRUE(Disable(0, EtagOf(*Stored("alice"))).ok());
}

TEST_F(KeyLifecycleTest, DestructionNeedsAnEtag) {
  EXPECT_EQ(errors::Reason(Destroy("").status()), "INVALID_REQUEST");
  EXPECT_EQ(Stored("alice")->state, UserState::kActive);
}

TEST_F(KeyLifecycleTest, ARequestThatIsSentAgainRotatesOnceWhateverItsEtag) {
  const std::string etag = EtagOf(*Stored("alice"));
  ASSERT_TRUE(Rotate("alice", "monday", etag).ok());
  EXPECT_EQ(Rotate("alice", "monday", etag)->primary_version, 2);
  EXPECT_EQ(Rotate("alice", "tuesday")->primary_version, 3);
  EXPECT_EQ(Rotate("alice", "monday")->primary_version, 4) << "it was not the latest";
}

TEST_F(KeyLifecycleTest, ARotationWhoseAnswerWasLostIsSeenAndNotRepeated) {
  behind_->LoseUpdateAnswers(errors::StoreUnavailable("connection lost"));
  EXPECT_EQ(errors::Reason(Rotate("alice", "monday").status()), "STORE_UNAVAILABLE");
  EXPECT_EQ(Encrypt(kAlice, "x")->key_version, 2) << "the cached keys are dropped all the same";
  behind_->LoseUpdateAnswers(absl::OkStatus());
  EXPECT_EQ(Rotate("alice", "monday")->primary_version, 2);
}

TEST_F(KeyLifecycleTest, AStoreThatFailsChangesNothing) {
  store_.Fail(Call::kUpdate, errors::StoreUnavailable("disk full"));
  EXPECT_EQ(errors::Reason(Disable().status()), "STORE_UNAVAILABLE");
  EXPECT_EQ(DecryptReason(), "");
}

TEST_F(KeyLifecycleTest, ARequestIdHasALimit) {
  EXPECT_TRUE(Rotate("alice", std::string(64, 'x')).ok());
  EXPECT_EQ(errors::Reason(Rotate("alice", std::string(65, 'x')).status()), "INVALID_REQUEST");
}

TEST_F(KeyLifecycleTest, AUserWithoutAKeyHasNone) {
  EXPECT_EQ(errors::Reason(Rotate("nobody").status()), "USER_KEY_NOT_FOUND");
  const auto got = Do([](auto& verbs, auto done) { verbs.Get("nobody", std::move(done)); });
  EXPECT_EQ(errors::Reason(got.status()), "USER_KEY_NOT_FOUND");
}

TEST_F(KeyLifecycleTest, GetTellsWhatIsStored) {
  const auto got = Do([](auto& verbs, auto done) { verbs.Get("alice", std::move(done)); });
  ASSERT_TRUE(got.ok()) << got.status();
  EXPECT_EQ(got->primary_version, 1);
  EXPECT_EQ(EtagOf(*got), "1");
}

TEST_F(KeyLifecycleTest, WithoutAMasterKeyAllIsRefused) {
  const MasterKeys none;
  keyring_ = With(none);
  EXPECT_EQ(errors::Reason(Rotate("alice").status()), "ENCRYPTION_DISABLED");
  EXPECT_EQ(errors::Reason(Disable().status()), "ENCRYPTION_DISABLED");
  const auto got = Do([](auto& verbs, auto done) { verbs.Get("alice", std::move(done)); });
  EXPECT_EQ(errors::Reason(got.status()), "ENCRYPTION_DISABLED");
}

TEST_F(KeyLifecycleTest, WhileTheDatabaseIsSharedWithThePythonModuleNothingIsRotated) {
  Keyring::Options options{.cache_max_users = 1000, .cache_ttl = absl::Minutes(5)};
  options.lifecycle.legacy_shared = true;
  keyring_ = With(ExampleKeks(), options);
  EXPECT_EQ(errors::Reason(Rotate("alice").status()), "LEGACY_SHARED");
  EXPECT_TRUE(Disable().ok());
  EXPECT_TRUE(Delete().ok());
}

TEST_F(KeyLifecycleTest, ARotationIsWrappedUnderTheCurrentMasterKey) {
  keyring_ = With(TurnedOverKeks());
  const auto rotated = Rotate("alice");
  EXPECT_EQ(rotated->versions[0].kek_id, TurnedOverKeks().current()->id());
  EXPECT_EQ(rotated->versions[1].kek_id, ExampleKeks().current()->id());
  EXPECT_EQ(Decrypt(kAlice, token_)->plaintext, "secret");
}

// No call that begins after a verb was answered may see what was before it.
class LinearizableTest : public KeyLifecycleTest {};

TEST_F(LinearizableTest, ALoadUnderWayLooksAgainAndItsStaleKeysAreNotCached) {
  keyring_ = With(ExampleKeks());  // with nothing cached
  behind_->Hold(Answer::kFind);
  Awaited<Encrypted> waiting;
  keyring_->Encrypt({kAlice, "x", ""}, waiting.Callback());
  behind_->WaitForHeld(Answer::kFind, 1);  // the store has read what was there
  const int finds = store_.Count(Call::kFind);
  ASSERT_TRUE(Rotate("alice").ok());
  EXPECT_FALSE(waiting.ready());
  behind_->Release(Answer::kFind);
  EXPECT_EQ(waiting.Take()->key_version, 2);
  EXPECT_EQ(store_.Count(Call::kFind), finds + 1);
  EXPECT_EQ(Encrypt(kAlice, "x")->key_version, 2);
  EXPECT_EQ(store_.Count(Call::kFind), finds + 1) << "what was read the second time is cached";
}

// What another server did, of which the store then tells.
class FollowingTest : public LinearizableTest {
 protected:
  void DisableElsewhere() {
    const auto disabled = Await<store::UserKeys>([&](auto done) {
      behind_->FakeKeyStore::Update("alice", keyward::testing::Disabling(), std::move(done));
    });
    ASSERT_TRUE(disabled.ok());
  }
};

TEST_F(FollowingTest, WhatAnotherServerChangedIsNotServedFromTheCache) {
  DisableElsewhere();
  EXPECT_EQ(DecryptReason(), "") << "it was cached";
  behind_->Tell({.user_ids = {"bob", "alice"}});
  EXPECT_EQ(DecryptReason(), "USER_KEY_DISABLED");
}

TEST_F(FollowingTest, WhereChangesMayHaveBeenMissedNothingIsServedFromTheCache) {
  DisableElsewhere();
  behind_->Tell({.all = true});
  EXPECT_EQ(DecryptReason(), "USER_KEY_DISABLED");
}

TEST_F(FollowingTest, ALoadUnderWayThatReadWhatWasBeforeIsNotCached) {
  for (const bool all : {false, true}) {
    keyring_.reset();
    keyring_ = With(ExampleKeks());
    behind_->Hold(Answer::kFind);
    Awaited<Encrypted> waiting;
    keyring_->Encrypt({kAlice, "x", ""}, waiting.Callback());
    behind_->WaitForHeld(Answer::kFind, 1);
    const int finds = store_.Count(Call::kFind);
    behind_->Tell({.all = all, .user_ids = {"alice"}});
    behind_->Release(Answer::kFind);
    EXPECT_TRUE(waiting.Take().ok());
    EXPECT_EQ(store_.Count(Call::kFind), finds + 1);
  }
}

TEST_F(LinearizableTest, WhoeverJoinsALoadAfterTheVerbWasAnsweredSeesIt) {
  keyring_ = With(ExampleKeks());
  behind_->Hold(Answer::kFind);
  Awaited<Encrypted> before;
  keyring_->Encrypt({kAlice, "x", ""}, before.Callback());
  behind_->WaitForHeld(Answer::kFind, 1);
  ASSERT_TRUE(Disable().ok());
  Awaited<Decrypted> after;
  keyring_->Decrypt({kAlice, token_, ""}, after.Callback());
  behind_->Release(Answer::kFind);
  EXPECT_EQ(errors::Reason(after.Take().status()), "USER_KEY_DISABLED");
  EXPECT_EQ(errors::Reason(before.Take().status()), "USER_KEY_DISABLED");
}

TEST_F(LinearizableTest, AUserWhoIsDisabledWhileTheKeyIsMadeIsSeenAsDisabled) {
  behind_->Hold(Answer::kCreate);
  Awaited<Encrypted> maker;
  keyring_->Encrypt({Scope{"bob"}, "x", ""}, maker.Callback());
  behind_->WaitForHeld(Answer::kCreate, 1);
  ASSERT_TRUE(
      Do([](auto& verbs, auto done) { verbs.Disable("bob", 0, "", std::move(done)); }).ok());
  behind_->Release(Answer::kCreate);
  EXPECT_EQ(errors::Reason(maker.Take().status()), "USER_KEY_DISABLED");
}

TEST_F(LinearizableTest, WhoeverMadeAKeyThatWasRotatedAtOnceIsStillToldSo) {
  behind_->Hold(Answer::kCreate);
  Awaited<UserKey> maker;
  keyring_->GetOrCreateUserKey("bob", 0, maker.Callback());
  behind_->WaitForHeld(Answer::kCreate, 1);
  ASSERT_TRUE(Rotate("bob").ok());
  behind_->Release(Answer::kCreate);
  const auto made = maker.Take();
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_TRUE(made->created);
  EXPECT_EQ(made->version, 2);
}

TEST_F(LinearizableTest, AUserWhoCameToBeWhileSoughtIsFound) {
  behind_->Hold(Answer::kFind);
  Awaited<Decrypted> reader;
  keyring_->Decrypt({Scope{"bob"}, token_, ""}, reader.Callback());
  behind_->WaitForHeld(Answer::kFind, 1);
  store::UserKeys bob;
  bob.user_id = "bob";
  behind_->Put(bob);  // as another process would
  ASSERT_TRUE(
      Do([](auto& verbs, auto done) { verbs.Rotate("bob", "", "", std::move(done)); }).ok());
  behind_->Release(Answer::kFind);
  EXPECT_EQ(errors::Reason(reader.Take().status()), "DECRYPTION_FAILED");
}

}  // namespace
}  // namespace keyward::keyring
