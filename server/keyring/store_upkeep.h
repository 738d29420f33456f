#ifndef KEYWARD_SERVER_KEYRING_STORE_UPKEEP_H_
#define KEYWARD_SERVER_KEYRING_STORE_UPKEEP_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "server/keyring/clock.h"
#include "server/keyring/kek.h"
#include "server/keyring/stored_keys_tally.h"
#include "server/store/key_store.h"
#include "server/store/task_thread.h"
#include "server/sync/mutex.h"

namespace keyward::keyring {

struct BackedUp {
  std::string path;
  uint64_t bytes = 0;
  StoredKeysTally keys;  // of the copy, opened and read
};

// Looks through all that is stored, and makes copies of it, on a thread of its own, while all is
// served. Thread-safe.
//
// One at a time: errors::Overloaded for who comes meanwhile. `done` is called once, mostly on that
// thread.
class StoreUpkeep {
 public:
  template <typename T>
  using Callback = absl::AnyInvocable<void(absl::StatusOr<T>)>;

  // `keks` and `store` must outlive it. `backup_dir` empty: no backup is made.
  StoreUpkeep(const MasterKeys& keks, store::KeyStore& store, const Clock& clock,
              std::string backup_dir);
  // Stops, and waits for the thread.
  ~StoreUpkeep();

  // Opens every stored key.
  void Verify(Callback<StoredKeysTally> done);

  // Writes a copy of the store to a new file, of mode 0600, and opens every key in it. The file has
  // its name only once it is whole, on the disk, and its structure was found sound. `file_name`: a
  // bare one; empty: keys-TIME.db. errors::InvalidRequest without a folder, and where there is such
  // a file.
  void Backup(std::string file_name, Callback<BackedUp> done);

  // What runs is given up, and answered errors::Draining, as is whatever comes later.
  void Stop();

 private:
  // What the thread, the store's callbacks and Stop share; a callback may come after all else has
  // ended.
  struct Shared {
    sync::Mutex mutex;
    sync::CondVar news;
    bool stopped ABSL_GUARDED_BY(mutex) = false;
    bool busy ABSL_GUARDED_BY(mutex) = false;
  };

  template <typename T>
  void Start(absl::AnyInvocable<absl::StatusOr<T>()> work, Callback<T> done);
  absl::Status Enter();
  bool Stopped() const;
  // What `call` hands to the callback that it is given; errors::Draining where Stop comes first.
  template <typename Answer, typename Call>
  Answer Await(Call call);

  absl::StatusOr<StoredKeysTally> VerifyNow();
  absl::StatusOr<BackedUp> BackUpNow(std::string file_name);
  absl::StatusOr<StoredKeysTally> VerifyCopy(const std::string& path) const;
  std::string NameOfNow() const;

  const MasterKeys& keks_;
  store::KeyStore& store_;
  const Clock& clock_;
  const std::string backup_dir_;
  const std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();

  store::TaskThread thread_;  // last, so that it ends before what its tasks use
};

}  // namespace keyward::keyring

#endif  // KEYWARD_SERVER_KEYRING_STORE_UPKEEP_H_
