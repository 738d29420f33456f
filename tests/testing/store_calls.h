#ifndef KEYWARD_TESTS_TESTING_STORE_CALLS_H_
#define KEYWARD_TESTS_TESTING_STORE_CALLS_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "server/store/key_store.h"
#include "server/sync/mutex.h"

namespace keyward::testing {

// An answer that a test waits for. Copies share it.
template <typename T>
class Answer {
 public:
  // What a store calls.
  auto Callback() const {
    return [state = state_](absl::StatusOr<T> value) {
      sync::MutexLock lock(state->mutex);
      state->value = std::move(value);
      state->there.NotifyAll();
    };
  }
  absl::StatusOr<T> Wait() const {
    sync::MutexLock lock(state_->mutex);
    while (!state_->value.has_value()) state_->there.Wait(state_->mutex);
    return *state_->value;
  }
  bool IsThere() const {
    sync::MutexLock lock(state_->mutex);
    return state_->value.has_value();
  }

 private:
  struct State {
    sync::Mutex mutex;
    sync::CondVar there;
    std::optional<absl::StatusOr<T>> value ABSL_GUARDED_BY(mutex);
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

inline Answer<store::UserKeys> StartFind(store::KeyStore& store, const std::string& user_id) {
  Answer<store::UserKeys> answer;
  store.Find(user_id, answer.Callback());
  return answer;
}

inline Answer<store::Created> StartCreate(store::KeyStore& store, const std::string& user_id,
                                          const store::KeyVersion& key) {
  Answer<store::Created> answer;
  store.Create(user_id, key, answer.Callback());
  return answer;
}

inline absl::StatusOr<store::UserKeys> Find(store::KeyStore& store, const std::string& user_id) {
  return StartFind(store, user_id).Wait();
}

inline absl::StatusOr<store::Created> Create(store::KeyStore& store, const std::string& user_id,
                                             const store::KeyVersion& key) {
  return StartCreate(store, user_id, key).Wait();
}

inline std::vector<absl::StatusOr<store::UserKeys>> FindMany(store::KeyStore& store,
                                                             std::vector<std::string> user_ids) {
  Answer<std::vector<absl::StatusOr<store::UserKeys>>> answer;
  store.FindMany(std::move(user_ids), answer.Callback());
  return *answer.Wait();
}

inline std::vector<absl::StatusOr<store::Created>> CreateMany(store::KeyStore& store,
                                                              std::vector<store::NewUser> users) {
  Answer<std::vector<absl::StatusOr<store::Created>>> answer;
  store.CreateMany(std::move(users), answer.Callback());
  return *answer.Wait();
}

inline absl::StatusOr<std::vector<store::UserKeys>> Page(store::KeyStore& store,
                                                         const std::string& after, int limit) {
  Answer<std::vector<store::UserKeys>> answer;
  store.Page(after, limit, answer.Callback());
  return answer.Wait();
}

inline Answer<store::UserKeys> StartUpdate(store::KeyStore& store, const std::string& user_id,
                                           store::KeyStore::Change change) {
  Answer<store::UserKeys> answer;
  store.Update(user_id, std::move(change), answer.Callback());
  return answer;
}

inline absl::StatusOr<store::UserKeys> Update(store::KeyStore& store, const std::string& user_id,
                                              store::KeyStore::Change change) {
  return StartUpdate(store, user_id, std::move(change)).Wait();
}

inline std::vector<absl::StatusOr<store::UserKeys>> UpdateMany(store::KeyStore& store,
                                                               std::vector<std::string> user_ids,
                                                               store::KeyStore::Change change) {
  Answer<std::vector<absl::StatusOr<store::UserKeys>>> answer;
  store.UpdateMany(std::move(user_ids), std::move(change), answer.Callback());
  return *answer.Wait();
}

inline absl::StatusOr<std::vector<std::string>> FindDueForPurge(store::KeyStore& store,
                                                                int64_t micros, int limit) {
  Answer<std::vector<std::string>> answer;
  store.FindDueForPurge(micros, limit, answer.Callback());
  return answer.Wait();
}

inline absl::StatusOr<std::vector<store::KekUse>> CountByKek(store::KeyStore& store) {
  Answer<std::vector<store::KekUse>> answer;
  store.CountByKek(answer.Callback());
  return answer.Wait();
}

inline absl::StatusOr<std::vector<store::RetiredKek>> ListRetiredKeks(store::KeyStore& store) {
  Answer<std::vector<store::RetiredKek>> answer;
  store.ListRetiredKeks(answer.Callback());
  return answer.Wait();
}

// For calls that only say whether they went well.
inline store::KeyStore::DoneCallback Done(const Answer<bool>& answer) {
  return [answer](const absl::Status& status) {
    answer.Callback()(status.ok() ? absl::StatusOr<bool>(true) : absl::StatusOr<bool>(status));
  };
}

inline Answer<bool> StartRetireKek(store::KeyStore& store, const std::string& kek_id,
                                   int64_t micros) {
  Answer<bool> answer;
  store.RetireKek(kek_id, micros, Done(answer));
  return answer;
}

inline absl::Status RetireKek(store::KeyStore& store, const std::string& kek_id, int64_t micros) {
  return StartRetireKek(store, kek_id, micros).Wait().status();
}

inline absl::Status PutNote(store::KeyStore& store, const std::string& name,
                            const std::string& text) {
  Answer<bool> answer;
  store.PutNote(name, text, Done(answer));
  return answer.Wait().status();
}

inline absl::StatusOr<std::string> GetNote(store::KeyStore& store, const std::string& name) {
  Answer<std::string> answer;
  store.GetNote(name, answer.Callback());
  return answer.Wait();
}

inline Answer<bool> StartBackup(store::KeyStore& store, const std::string& path) {
  Answer<bool> answer;
  store.Backup(path, Done(answer));
  return answer;
}

inline absl::Status Backup(store::KeyStore& store, const std::string& path) {
  return StartBackup(store, path).Wait().status();
}

}  // namespace keyward::testing

#endif  // KEYWARD_TESTS_TESTING_STORE_CALLS_H_
