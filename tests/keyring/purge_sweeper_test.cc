#include "server/keyring/purge_sweeper.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/errors/errors.h"
#include "tests/keyring/keyring_rig.h"

namespace keyward::keyring {
namespace {

using Call = store::FaultyKeyStore::Call;
using store::UserState;

class PurgeSweeperTest : public KeyringRig {
 protected:
  ~PurgeSweeperTest() override { sweeper_.reset(); }

  void Start() {
    sweeper_ =
        std::make_unique<PurgeSweeper>(keyring_->lifecycle(), store_, sweep_clock_, absl::Hours(1),
                                       [this](const PurgeSweeper::Sweep& sweep) {
                                         const sync::MutexLock lock(mutex_);
                                         sweeps_.push_back(sweep);
                                         changed_.NotifyAll();
                                       });
  }
  PurgeSweeper::Sweep NextSweep() {
    const sync::MutexLock lock(mutex_);
    while (sweeps_.empty()) changed_.Wait(mutex_);
    PurgeSweeper::Sweep sweep = std::move(sweeps_.front());
    sweeps_.pop_front();
    sweep_clock_.AwaitWaits(++waits_);
    return sweep;
  }
  // Of the sweeper, which must be waiting, and of all else.
  void Advance(absl::Duration by) {
    clock_.Advance(by);
    sweep_clock_.Advance(by);
  }
  void MakeDeleted(const std::string& user_id) {
    ASSERT_TRUE(Encrypt(Scope{user_id}, "x").ok());
    ASSERT_TRUE(
        Do([&](auto& verbs, auto done) { verbs.Delete(user_id, "", std::move(done)); }).ok());
  }

  FakeClock sweep_clock_;  // of the sweeper alone, so that its waits can be counted
  int waits_ = 0;
  sync::Mutex mutex_;
  sync::CondVar changed_;
  std::deque<PurgeSweeper::Sweep> sweeps_;
  std::unique_ptr<PurgeSweeper> sweeper_;
};

constexpr absl::Duration kGrace = absl::Hours(24 * 7);

TEST_F(PurgeSweeperTest, DestroysTheKeysOfThoseWhoseTimeHasComeAndOfNobodyElse) {
  MakeDeleted("alice");
  Advance(absl::Hours(1));
  MakeDeleted("bob");
  ASSERT_TRUE(Encrypt(Scope{"carol"}, "x").ok());
  Advance(kGrace - absl::Hours(1));
  Start();
  EXPECT_EQ(NextSweep().destroyed, 1);
  EXPECT_EQ(Stored("alice")->state, UserState::kDestroyed);
  EXPECT_EQ(Stored("bob")->state, UserState::kDeleted);
  EXPECT_EQ(Stored("carol")->state, UserState::kActive);
  Advance(absl::Hours(1));
  EXPECT_EQ(NextSweep().destroyed, 1);
  EXPECT_EQ(Stored("bob")->state, UserState::kDestroyed);
  EXPECT_EQ(errors::Reason(Encrypt(Scope{"bob"}, "x").status()), "USER_KEY_DESTROYED");
}

TEST_F(PurgeSweeperTest, WhoeverIsUndeletedMeanwhileKeepsTheKey) {
  MakeDeleted("alice");
  MakeDeleted("bob");
  Advance(kGrace);
  store_.Hold(Call::kUpdate);
  Start();
  store_.WaitForHeld(Call::kUpdate, 1);  // the sweeper has found them due
  store::UserKeys alice = *Stored("alice");
  alice.state = UserState::kActive;
  behind_->Put(alice);
  store_.Release(Call::kUpdate);
  EXPECT_EQ(NextSweep().destroyed, 1);
  EXPECT_EQ(Stored("alice")->state, UserState::kActive);
  EXPECT_EQ(Stored("bob")->state, UserState::kDestroyed);
}

TEST_F(PurgeSweeperTest, ManyAreDestroyedInSmallBatches) {
  for (int i = 0; i < 250; ++i) MakeDeleted(absl::StrCat("user-", i));
  Advance(kGrace);
  const int updates = store_.Count(Call::kUpdate);
  Start();
  EXPECT_EQ(NextSweep().destroyed, 250);
  EXPECT_EQ(store_.Count(Call::kUpdate), updates + 3);
}

TEST_F(PurgeSweeperTest, AStoreThatFailsIsTriedAgainTheNextTime) {
  MakeDeleted("alice");
  Advance(kGrace);
  store_.Fail(Call::kUpdate, errors::StoreUnavailable("disk full"));
  Start();
  const PurgeSweeper::Sweep failed = NextSweep();
  EXPECT_EQ(failed.destroyed, 0);
  EXPECT_EQ(failed.failed, 1);
  EXPECT_EQ(errors::Reason(failed.error), "STORE_UNAVAILABLE");
  store_.Fail(Call::kUpdate, absl::OkStatus());
  Advance(absl::Hours(1));
  EXPECT_EQ(NextSweep().destroyed, 1);
}

// Refuses to change some users.
class StubbornStore : public store::FakeKeyStore {
 public:
  void UpdateMany(std::vector<std::string> user_ids, Change change,
                  UpdateManyCallback done) override {
    FakeKeyStore::UpdateMany(
        std::move(user_ids),
        [change = std::move(change)](
            const store::UserKeys& now) -> absl::StatusOr<std::optional<store::UserKeys>> {
          if (now.user_id.starts_with("bad")) return errors::StoredKeyCorrupt();
          return change(now);
        },
        std::move(done));
  }
};

TEST_F(PurgeSweeperTest, ThoseWhoCannotBeDestroyedDoNotStandInTheWayOfOthers) {
  StubbornStore store;
  for (int i = 0; i < 150; ++i) {
    store.Put({.user_id = absl::StrCat(i < 120 ? "bad-" : "good-", i),
               .state = UserState::kDeleted,
               .purge_at_micros = 1 + i});
  }
  KeyCache cache(1000, absl::Minutes(5), clock_);
  KeyShield shield(crypto::SystemRandom());
  UserKeys users(ExampleKeks(), store, cache, shield, clock_, crypto::SystemRandom());
  KeyLifecycle lifecycle(ExampleKeks(), store, users, clock_, crypto::SystemRandom(), {});
  Awaited<PurgeSweeper::Sweep> sweep;
  auto report = sweep.Callback();
  PurgeSweeper sweeper(lifecycle, store, clock_, absl::Hours(1),
                       [&](const PurgeSweeper::Sweep& done) { report(done); });
  const auto answer = sweep.Take();
  EXPECT_EQ(answer->destroyed, 30);
  EXPECT_EQ(answer->failed, 120);
  EXPECT_EQ(errors::Reason(answer->error), "STORED_KEY_CORRUPT");
}

}  // namespace
}  // namespace keyward::keyring
