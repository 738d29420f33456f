#ifndef KEYWARD_SERVER_STORE_FAULTY_KEY_STORE_H_
#define KEYWARD_SERVER_STORE_FAULTY_KEY_STORE_H_

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "server/store/calls_in_flight.h"
#include "server/store/key_store.h"
#include "server/store/task_thread.h"
#include "server/sync/mutex.h"

namespace keyward::store {

// A KeyStore around another one whose calls a test can fail, hold back and count. Thread-safe.
class FaultyKeyStore : public KeyStore {
 public:
  enum class Call { kFind = 0, kCreate = 1, kPage = 2, kUpdate = 3 };

  explicit FaultyKeyStore(std::unique_ptr<KeyStore> inner) : inner_(std::move(inner)) {}
  // Lets held calls go, so that every call is answered.
  ~FaultyKeyStore() override;

  void FindMany(std::vector<std::string> user_ids, FindManyCallback done) override;
  void CreateMany(std::vector<NewUser> users, CreateManyCallback done) override;
  void Page(std::string after, int limit, PageCallback done) override;
  void UpdateMany(std::vector<std::string> user_ids, Change change,
                  UpdateManyCallback done) override;
  // These pass.
  void FindDueForPurge(int64_t micros, int limit, IdsCallback done) override;
  void CountByKek(KekUseCallback done) override;
  void RetireKek(std::string kek_id, int64_t micros, DoneCallback done) override;
  void ListRetiredKeks(RetiredKeksCallback done) override;
  void PutNote(std::string name, std::string text, DoneCallback done) override;
  void GetNote(std::string name, NoteCallback done) override;
  void WatchChanges(ChangeListener listener) override { inner_->WatchChanges(std::move(listener)); }
  void Backup(std::string path, DoneCallback done) override;
  std::string_view Kind() const override { return inner_->Kind(); }

  // Calls of this kind are answered with `error` and do not reach the store behind, until an OK
  // status is given.
  void Fail(Call call, absl::Status error);
  // Creates reach the store behind, but their callers are told `error`, as when a commit's outcome
  // is lost on the way. Until an OK status is given.
  void LoseCreateAnswers(absl::Status error);

  // Calls of this kind wait until Release; what Fail says then holds for them too.
  void Hold(Call call);
  // Lets those that wait go on, in their order, and later ones pass.
  void Release(Call call);
  // Returns once `count` calls of this kind are waiting.
  void WaitForHeld(Call call, int count);

  // How many calls of this kind came, held and failed ones included; a call for many counts once.
  int Count(Call call) const;

 private:
  struct Lane {
    int count = 0;
    bool hold = false;
    absl::Status error;
    std::vector<TaskThread::Task> held;
  };

  Lane& LaneOf(Call call) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return lanes_[static_cast<size_t>(call)];
  }
  absl::Status ErrorOf(Call call);
  // Counts the call and runs it on thread_, now or when it is released.
  void Admit(Call call, TaskThread::Task task);

  mutable sync::Mutex mutex_;
  sync::CondVar changed_;
  std::array<Lane, 4> lanes_ ABSL_GUARDED_BY(mutex_);
  absl::Status lost_answer_ ABSL_GUARDED_BY(mutex_);

  CallsInFlight calls_;
  const std::unique_ptr<KeyStore> inner_;
  TaskThread thread_;  // last: its tasks use all of the above
};

}  // namespace keyward::store

#endif  // KEYWARD_SERVER_STORE_FAULTY_KEY_STORE_H_
