// Rewrapping every stored key under the current master key.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "server/errors/errors.h"
#include "tests/keyring/kek_rotation_rig.h"

namespace keyward::keyring {
namespace {

using Call = store::FaultyKeyStore::Call;
using State = RewrapProgress::State;
using store::UserState;
using store::VersionState;

TEST_F(KekRotationTest, RewrapsEveryKeyThatIsNotDestroyedAndKeepsItAsItWas) {
  Store("alice", 3);
  store::UserKeys alice = *Stored("alice");
  alice.versions[1].state = VersionState::kDisabled;
  alice.versions[1].messages = 77;
  alice.versions[2].state = VersionState::kDestroyed;
  alice.versions[2].wrapped_key.clear();
  alice.versions[2].kek_id.clear();
  behind_->Put(alice);
  Store("bob");
  store::UserKeys bob = *Stored("bob");
  bob.state = UserState::kDeleted;
  behind_->Put(bob);
  const std::string token = Encrypt(Scope{"alice"}, "secret")->token;

  ASSERT_TRUE(Rewrap().ok());
  const auto progress = ended_.Take();
  EXPECT_EQ(progress->state, State::kDone) << progress->error;
  EXPECT_EQ(progress->kek_id, NewKek());
  EXPECT_EQ(progress->keys_at_start, 3);
  EXPECT_EQ(progress->users_seen, 2);
  EXPECT_EQ(progress->keys_rewrapped, 3);
  EXPECT_EQ(progress->keys_failed, 0);
  EXPECT_TRUE(progress->start && progress->end);

  const auto after = Stored("alice");
  EXPECT_EQ(after->etag, alice.etag);
  EXPECT_EQ(after->versions[1].state, VersionState::kDisabled);
  EXPECT_EQ(after->versions[1].messages, 77);
  EXPECT_EQ(after->versions[1].created_at_micros, alice.versions[1].created_at_micros);
  EXPECT_EQ(after->versions[2].kek_id, "");
  EXPECT_EQ(KeysUnder(kOldKek), 0);
  EXPECT_EQ(KeysUnder(NewKek()), 3);
  EXPECT_EQ(Note(), "");

  // With the new master key alone.
  const MasterKeys new_alone(OtherKek(), {}, kDefaultPoolKeySalt);
  keyring_ = With(new_alone);
  EXPECT_EQ(Decrypt(Scope{"alice"}, token)->plaintext, "secret");
  keyring_ = nullptr;
}

TEST_F(KekRotationTest, ManyUsersAreChangedSomeHundredsWithOneCommit) {
  StoreMany(1200);
  ASSERT_TRUE(Rewrap().ok());
  EXPECT_EQ(ended_.Take()->keys_rewrapped, 1200);
  EXPECT_EQ(store_.Count(Call::kUpdate), 3);
}

TEST_F(KekRotationTest, WhatIsUnderTheCurrentMasterKeyIsNotTouched) {
  StoreMany(3);
  ASSERT_TRUE(Rewrap().ok());
  ASSERT_TRUE(ended_.Take().ok());
  const int updates = store_.Count(Call::kUpdate);
  Start();
  ASSERT_TRUE(Rewrap().ok());
  const auto again = ended_.Take();
  EXPECT_EQ(again->keys_at_start, 0);
  EXPECT_EQ(again->users_seen, 3);
  EXPECT_EQ(again->keys_rewrapped, 0);
  EXPECT_EQ(store_.Count(Call::kUpdate), updates);
}

TEST_F(KekRotationTest, KeepsToItsRate) {
  StoreMany(6);
  ASSERT_TRUE(Rewrap(/*rate=*/2).ok());
  for (int second = 1; second <= 3; ++second) {
    job_clock_.AwaitWaits(second);
    EXPECT_EQ(rotation_->progress().keys_rewrapped, 2 * second);
    EXPECT_EQ(rotation_->progress().state, State::kRunning);
    job_clock_.Advance(absl::Seconds(1));
  }
  EXPECT_EQ(ended_.Take()->keys_rewrapped, 6);
}

TEST_F(KekRotationTest, OneThatRunsIsLeftAtItsWork) {
  StoreMany(4);
  ASSERT_TRUE(Rewrap(/*rate=*/2).ok());
  job_clock_.AwaitWaits(1);
  const auto again = Rewrap(/*rate=*/1000);
  EXPECT_EQ(again->state, State::kRunning);
  EXPECT_EQ(again->keys_rewrapped, 2);
  EXPECT_EQ(Note(), "2 " + NewKek());
}

TEST_F(KekRotationTest, OneThatWaitsEndsAtOnceAndANewProcessGoesOn) {
  StoreMany(6);
  ASSERT_TRUE(Rewrap(/*rate=*/2).ok());
  job_clock_.AwaitWaits(1);
  rotation_.reset();
  EXPECT_EQ(Note(), "2 " + NewKek());
  Start();
  rotation_->Resume();
  job_clock_.AwaitWaits(2);
  EXPECT_EQ(rotation_->progress().keys_at_start, 4);
  job_clock_.Advance(absl::Seconds(10));
  EXPECT_EQ(ended_.Take()->keys_rewrapped, 4);
  EXPECT_EQ(Note(), "");
}

TEST_F(KekRotationTest, WhereNothingWasLeftResumeDoesNothing) {
  StoreMany(1);
  rotation_->Resume();
  rotation_.reset();  // which waits for what it has asked the store
  EXPECT_EQ(store_.Count(Call::kUpdate), 0);
}

TEST_F(KekRotationTest, OneUnderAnotherMasterKeyIsNotGoneOnWith) {
  StoreMany(6);
  ASSERT_TRUE(Rewrap(/*rate=*/2).ok());
  job_clock_.AwaitWaits(1);
  rotation_.reset();
  // A server that starts with the old master key as the current one still.
  std::vector<crypto::SecretBytes> previous;
  previous.push_back(OtherKek());
  const MasterKeys not_yet(crypto::SecretBytes::CopyOf(Counting(0, 32)), std::move(previous),
                           kDefaultPoolKeySalt);
  Start(not_yet);
  rotation_->Resume();
  EXPECT_EQ(Status().rewrap.state, State::kIdle) << "after the store's answer on the note";
  rotation_.reset();
  EXPECT_EQ(Note(), "2 " + NewKek());
  Start();
  EXPECT_EQ(KeysUnder(NewKek()), 2);
  EXPECT_EQ(KeysUnder(kOldKek), 4);
}

TEST_F(KekRotationTest, ANoteWithoutAMasterKeyIsGoneOnWith) {
  StoreMany(3);
  EXPECT_TRUE(Await<std::string>([&](auto done) {
                behind_->PutNote(std::string(kRewrapNote), "0",
                                 [done = std::move(done)](absl::Status status) mutable {
                                   if (!status.ok()) return done(status);
                                   done(std::string());
                                 });
              }).ok());
  rotation_->Resume();
  EXPECT_EQ(ended_.Take()->keys_rewrapped, 3);
}

TEST_F(KekRotationTest, TwoServersThatRewrapTheSameUsersDoNoHarm) {
  StoreMany(700);
  const std::string token = Encrypt(Scope{"user-7"}, "secret")->token;
  Awaited<RewrapProgress> other_ended;
  KekRotation other(TurnedOverKeks(), store_, job_clock_, crypto::SystemRandom(),
                    {.on_end = [callback = std::make_shared<decltype(other_ended.Callback())>(
                                    other_ended.Callback())](const RewrapProgress& progress) {
                      (*callback)(progress);
                    }});
  ASSERT_TRUE(Rewrap().ok());
  ASSERT_TRUE(Await<RewrapProgress>([&](auto done) { other.Rewrap(0, std::move(done)); }).ok());
  const auto first = ended_.Take();
  const auto second = other_ended.Take();
  EXPECT_EQ(first->state, State::kDone) << first->error;
  EXPECT_EQ(second->state, State::kDone) << second->error;
  EXPECT_EQ(first->keys_rewrapped + second->keys_rewrapped, 700) << "each key once";
  EXPECT_EQ(KeysUnder(NewKek()), 700);
  keyring_ = With(TurnedOverKeks());
  EXPECT_EQ(Decrypt(Scope{"user-7"}, token)->plaintext, "secret");
}

TEST_F(KekRotationTest, AStoreThatFailsForAWhileIsAskedAgain) {
  StoreMany(3);
  store_.Fail(Call::kUpdate, errors::StoreUnavailable("busy"));
  ASSERT_TRUE(Rewrap().ok());
  job_clock_.AwaitWaits(1);
  store_.Fail(Call::kUpdate, absl::OkStatus());
  store_.Fail(Call::kPage, errors::StoreUnavailable("busy"));
  job_clock_.Advance(absl::Seconds(1));
  job_clock_.AwaitWaits(2);
  store_.Fail(Call::kPage, absl::OkStatus());
  job_clock_.Advance(absl::Seconds(1));
  const auto progress = ended_.Take();
  EXPECT_EQ(progress->state, State::kDone) << progress->error;
  EXPECT_EQ(progress->keys_rewrapped, 3);
}

TEST_F(KekRotationTest, AStoreThatStaysAwayEndsItUntilItIsAskedForAgain) {
  StoreMany(3);
  store_.Fail(Call::kUpdate, errors::StoreUnavailable("disk full"));
  ASSERT_TRUE(Rewrap().ok());
  for (int waits = 1; waits < 30; ++waits) {
    job_clock_.AwaitWaits(waits);
    job_clock_.Advance(absl::Seconds(1));
  }
  const auto failed = ended_.Take();
  EXPECT_EQ(failed->state, State::kFailed);
  EXPECT_NE(failed->error.find("disk full"), std::string::npos);
  EXPECT_EQ(Note(), "0 " + NewKek()) << "a restart goes on with it";
  store_.Fail(Call::kUpdate, absl::OkStatus());
  Start();
  ASSERT_TRUE(Rewrap().ok());
  EXPECT_EQ(ended_.Take()->state, State::kDone);
}

TEST_F(KekRotationTest, KeysThatOpenUnderNoLoadedMasterKeyAreCountedAndLeft) {
  StoreMany(2);
  store::UserKeys damaged = *Stored("user-0");
  damaged.versions[0].wrapped_key[20] ^= 1;
  behind_->Put(damaged);
  ASSERT_TRUE(Rewrap().ok());
  const auto progress = ended_.Take();
  EXPECT_EQ(progress->state, State::kFailed);
  EXPECT_EQ(progress->keys_rewrapped, 1);
  EXPECT_EQ(progress->keys_failed, 1);
  EXPECT_EQ(progress->error, "1 keys open under no loaded master key");
  EXPECT_EQ(Stored("user-0")->versions[0].wrapped_key, damaged.versions[0].wrapped_key);
}

TEST_F(KekRotationTest, WithoutAMasterKeyNothingIsRewrapped) {
  const MasterKeys none;
  Start(none);
  EXPECT_EQ(errors::Reason(Rewrap().status()), "ENCRYPTION_DISABLED");
  rotation_->Resume();
  EXPECT_TRUE(Status().keks.empty());
  rotation_.reset();
}

}  // namespace
}  // namespace keyward::keyring
