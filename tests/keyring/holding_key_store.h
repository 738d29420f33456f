#ifndef KEYWARD_TESTS_KEYRING_HOLDING_KEY_STORE_H_
#define KEYWARD_TESTS_KEYRING_HOLDING_KEY_STORE_H_

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "server/store/fake_key_store.h"
#include "server/store/task_thread.h"
#include "server/sync/await.h"
#include "server/sync/mutex.h"

namespace keyward::keyring {

// A store in memory that does what it is asked for at once, and whose answers a test can hold back
// or lose. It stands behind a FaultyKeyStore, which ends no sooner than its calls are answered.
// Thread-safe.
class HoldingKeyStore : public store::FakeKeyStore {
 public:
  enum class Answer { kFind = 0, kCreate = 1 };

  ~HoldingKeyStore() override {
    // The thread behind it may not be done with handing an answer on: it does things in their
    // order.
    sync::Await<absl::StatusOr<std::string>>([this](auto done) {
      FakeKeyStore::GetNote("", std::move(done));
    }).IgnoreError();
  }

  void FindMany(std::vector<std::string> user_ids, FindManyCallback done) override {
    FakeKeyStore::FindMany(std::move(user_ids), Passing(Answer::kFind, std::move(done)));
  }
  void CreateMany(std::vector<store::NewUser> users, CreateManyCallback done) override {
    FakeKeyStore::CreateMany(std::move(users), Passing(Answer::kCreate, std::move(done)));
  }
  void UpdateMany(std::vector<std::string> user_ids, Change change,
                  UpdateManyCallback done) override {
    FakeKeyStore::UpdateMany(std::move(user_ids), std::move(change),
                             [this, done = std::move(done)](auto updated) mutable {
                               absl::Status lost;
                               {
                                 const sync::MutexLock lock(mutex_);
                                 lost = lost_;
                               }
                               if (!lost.ok()) updated.assign(updated.size(), lost);
                               done(std::move(updated));
                             });
  }

  // Updates are done, but their callers are told `error`. Until an OK status is given.
  void LoseUpdateAnswers(absl::Status error) {
    const sync::MutexLock lock(mutex_);
    lost_ = std::move(error);
  }

  void Hold(Answer kind) {
    const sync::MutexLock lock(mutex_);
    LaneOf(kind).hold = true;
  }
  // Returns once `count` answers of this kind are held.
  void WaitForHeld(Answer kind, size_t count) {
    const sync::MutexLock lock(mutex_);
    while (LaneOf(kind).held.size() < count) changed_.Wait(mutex_);
  }
  void Release(Answer kind) {
    const sync::MutexLock lock(mutex_);
    Lane& lane = LaneOf(kind);
    lane.hold = false;
    for (store::TaskThread::Task& answer : lane.held) answers_.Run(std::move(answer));
    lane.held.clear();
  }

 private:
  struct Lane {
    bool hold = false;
    std::vector<store::TaskThread::Task> held;
  };

  Lane& LaneOf(Answer kind) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return lanes_[static_cast<size_t>(kind)];
  }

  template <typename T>
  absl::AnyInvocable<void(T)> Passing(Answer kind, absl::AnyInvocable<void(T)> done) {
    return [this, kind, done = std::move(done)](T answer) mutable {
      const sync::MutexLock lock(mutex_);
      store::TaskThread::Task pass = [done = std::move(done),
                                      answer = std::move(answer)]() mutable {
        done(std::move(answer));
      };
      if (LaneOf(kind).hold) {
        LaneOf(kind).held.push_back(std::move(pass));
        changed_.NotifyAll();
      } else {
        answers_.Run(std::move(pass));
      }
    };
  }

  sync::Mutex mutex_;
  sync::CondVar changed_;
  std::array<Lane, 2> lanes_ ABSL_GUARDED_BY(mutex_);
  absl::Status lost_ ABSL_GUARDED_BY(mutex_);
  store::TaskThread answers_;  // last: its tasks may come to use all of the above
};

}  // namespace keyward::keyring

#endif  // KEYWARD_TESTS_KEYRING_HOLDING_KEY_STORE_H_
