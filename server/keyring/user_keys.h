#ifndef KEYWARD_SERVER_KEYRING_USER_KEYS_H_
#define KEYWARD_SERVER_KEYRING_USER_KEYS_H_

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/crypto/random.h"
#include "server/keyring/clock.h"
#include "server/keyring/kek.h"
#include "server/keyring/key_cache.h"
#include "server/keyring/key_shield.h"
#include "server/keyring/loaded_user.h"
#include "server/keyring/new_user_guess.h"
#include "server/store/key_store.h"
#include "server/sync/mutex.h"

namespace keyward::keyring {

// Finds users' keys in the cache, else in the store, and makes those that are missing. However many
// callers wait for one user, the store is asked once. While nearly all whom it sees are new, it
// creates without a look-up before. Thread-safe.
class UserKeys {
 public:
  enum class IfMissing { kFail, kCreate };

  struct Found {
    LoadedUser user;
    bool created = false;  // true for exactly one of the callers who waited for a new key
  };
  using Callback = absl::AnyInvocable<void(absl::StatusOr<Found>)>;
  // Is shown what the store holds of each user that is loaded. It runs on the store's threads, on
  // several at once, and must not block.
  using Observer = std::function<void(const store::UserKeys&)>;
  struct Wanted {
    std::string user_id;
    IfMissing if_missing;
    Callback done;
  };

  // All must outlive it, and every Get must have been answered before it ends. `keks` has a current
  // one.
  UserKeys(
      const MasterKeys& keks, store::KeyStore& store, KeyCache& cache, KeyShield& shield,
      const Clock& clock, crypto::Random& random,
      Observer observer = [](const store::UserKeys&) {});

  // nullopt where the user's keys have to be loaded.
  std::optional<LoadedUser> Cached(std::string_view user_id) { return cache_.Get(user_id); }

  // Loads users' keys. Those whom the store has to look for are looked for together, and the keys
  // of those who have none are committed together. Each `done` is called once, mostly on a thread
  // of the store, but on this one where the keys were cached in between; it must not block. Errors:
  // errors::UserKeyNotFound (kFail), and the store's. Versions that could not be unwrapped say so
  // in the user's keys.
  void Load(std::vector<Wanted> wanted);
  void LoadOne(Wanted wanted);

  // What is stored of the user was changed: what is cached goes, and a load that is under way looks
  // again before it answers. So a Cached or a Load that begins after it never sees what was there
  // before.
  void Forget(const std::string& user_id);
  // The same of every user.
  void ForgetAll();

 private:
  struct Waiter {
    IfMissing if_missing;
    Callback done;
  };
  using Waiters = std::vector<Waiter>;
  struct UnderWay {
    Waiters waiters;
    absl::Duration began;   // of the monotonic clock: what the store answers may be as old
    bool outdated = false;  // the user was changed since the store was asked
    bool created = false;   // this load has made the user's key
  };
  enum class Sought { kNo, kYes };

  // Gives `wanted` to the load of its user; true where it is the one that starts it. Where the keys
  // have been cached meanwhile it is answered at once.
  bool Join(Wanted wanted);
  void Find(std::vector<std::string> user_ids);
  void OnFound(const std::vector<std::string>& user_ids,
               std::vector<absl::StatusOr<store::UserKeys>> found);
  // Answers all who wait for the user. False, and nobody was answered, where the user was changed
  // meanwhile: then look again.
  bool Answer(const std::string& user_id, const store::UserKeys& stored, bool created);
  // What is to be done next for a user who has no key, where it is more than to answer.
  enum class Next { kNothing, kCreate, kFind };
  // Answers those who do not want a key to be made.
  Next OnMissing(const std::string& user_id, const absl::Status& not_found);
  // Makes a key for each who is not there. Those who were not sought before are, where that fails.
  void Create(std::vector<std::string> user_ids, Sought sought);
  void OnCreated(const std::vector<std::string>& user_ids, Sought sought,
                 std::vector<absl::StatusOr<store::Created>> created);

  void AnswerAll(const std::string& user_id, const absl::Status& error);
  // Ends the user's load and takes out all who wait for it.
  UnderWay TakeAll(const std::string& user_id);
  // Caches the keys, and as TakeAll; nullopt, and nothing was cached, where they are outdated.
  std::optional<UnderWay> CacheAndTakeAll(const std::string& user_id, const LoadedUser& user,
                                          bool created);
  // Takes out those who do not want a key to be made; ends the load where no other is left. Takes
  // nobody where it has to look again.
  Waiters TakeThoseWhoFail(const std::string& user_id, Next& next);

  const MasterKeys& keks_;
  store::KeyStore& store_;
  KeyCache& cache_;
  KeyShield& shield_;
  const Clock& clock_;
  crypto::Random& random_;
  Observer observer_;

  NewUserGuess guess_;
  sync::Mutex mutex_;
  std::unordered_map<std::string, UnderWay> loads_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace keyward::keyring

#endif  // KEYWARD_SERVER_KEYRING_USER_KEYS_H_
