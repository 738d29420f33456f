#ifndef KEYWARD_SERVER_STORE_FAKE_KEY_STORE_H_
#define KEYWARD_SERVER_STORE_FAKE_KEY_STORE_H_

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "server/store/key_store.h"
#include "server/store/task_thread.h"
#include "server/sync/mutex.h"

namespace keyward::store {

// A KeyStore in memory, for tests. It answers on a thread of its own, as real stores do, and takes
// whatever rows a test puts into it.
class FakeKeyStore : public KeyStore {
 public:
  FakeKeyStore() = default;

  // As if another process had changed them.
  void Tell(const Changes& changes);

  void FindMany(std::vector<std::string> user_ids, FindManyCallback done) override;
  void CreateMany(std::vector<NewUser> users, CreateManyCallback done) override;
  void Page(std::string after, int limit, PageCallback done) override;
  void UpdateMany(std::vector<std::string> user_ids, Change change,
                  UpdateManyCallback done) override;
  void FindDueForPurge(int64_t micros, int limit, IdsCallback done) override;
  void CountByKek(KekUseCallback done) override;
  void RetireKek(std::string kek_id, int64_t micros, DoneCallback done) override;
  void ListRetiredKeks(RetiredKeksCallback done) override;
  void PutNote(std::string name, std::string text, DoneCallback done) override;
  void GetNote(std::string name, NoteCallback done) override;
  // There is no file to copy: UNIMPLEMENTED.
  void WatchChanges(ChangeListener listener) override;
  void Backup(std::string path, DoneCallback done) override;
  std::string_view Kind() const override { return "fake"; }

  // Stores a user as it is, instead of what was there: tombstones, damaged keys, several versions.
  void Put(UserKeys keys);
  // How many users there are.
  int size() const;

 private:
  absl::StatusOr<UserKeys> Get(const std::string& user_id) const;
  absl::StatusOr<Created> CreateOrGet(NewUser user);
  std::vector<UserKeys> PageAfter(const std::string& after, int limit) const;
  absl::StatusOr<UserKeys> UpdateOne(const std::string& user_id, const Change& change);
  bool IsUnderRetiredKek(const UserKeys& now, const UserKeys& next) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::vector<std::string> DueForPurge(int64_t micros, int limit) const;
  std::map<std::string, int64_t> KeysByKek() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mutable sync::Mutex mutex_;
  std::map<std::string, UserKeys, std::less<>> users_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, int64_t> retired_ ABSL_GUARDED_BY(mutex_);  // micros, by kek_id
  std::map<std::string, std::string> notes_ ABSL_GUARDED_BY(mutex_);
  ChangeListener listener_ ABSL_GUARDED_BY(mutex_);

  TaskThread thread_;  // last, so that it ends before what its tasks use
};

}  // namespace keyward::store

#endif  // KEYWARD_SERVER_STORE_FAKE_KEY_STORE_H_
