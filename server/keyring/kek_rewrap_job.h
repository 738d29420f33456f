#ifndef KEYWARD_SERVER_KEYRING_KEK_REWRAP_JOB_H_
#define KEYWARD_SERVER_KEYRING_KEK_REWRAP_JOB_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "server/crypto/random.h"
#include "server/keyring/clock.h"
#include "server/keyring/kek.h"
#include "server/store/key_store.h"
#include "server/sync/mutex.h"

namespace keyward::keyring {

// How far the rewrapping of all keys under the current master key is.
struct RewrapProgress {
  enum class State { kIdle, kRunning, kDone, kFailed };

  State state = State::kIdle;
  std::string kek_id;  // 16 hex digits: under which it wraps
  int64_t keys_at_start = 0;
  int64_t users_seen = 0;
  int64_t keys_rewrapped = 0;
  int64_t keys_failed = 0;  // they open under no loaded master key
  std::optional<absl::Time> start;
  std::optional<absl::Time> end;
  std::string error;  // why it failed
};

// The note by which a store remembers that a job was asked for and has not ended: its rate, in
// decimal, a space, and under which master key it wraps, in 16 hex digits.
inline constexpr std::string_view kRewrapNote = "kek_rewrap";

// Wraps, on a thread of its own, every stored key that is wrapped under another master key under
// the current one; the keys themselves stay the same. It walks all users in order, and changes some
// hundred of them with one commit, so that others who write need not wait long. Every key that it
// has not come to is still read under its own master key, so it may end and begin again anywhere.
// Thread-safe.
class KekRewrapJob {
 public:
  // Told once it has ended, unless it was stopped; on its thread.
  using OnEnd = std::function<void(const RewrapProgress&)>;

  // All must outlive it. `keks` has a current one. `max_keys_per_second` 0: as fast as it goes.
  KekRewrapJob(const MasterKeys& keks, store::KeyStore& store, const Clock& clock,
               crypto::Random& random, uint32_t max_keys_per_second, OnEnd on_end);
  // Ends it at the next commit, and at once where it waits.
  ~KekRewrapJob() = default;

  RewrapProgress progress() const;

 private:
  void Run(const std::stop_token& stop);
  absl::Status RewrapAll(const std::stop_token& stop);
  // Asks again where the store is unavailable; CANCELLED where it is stopped.
  absl::Status Persist(absl::FunctionRef<absl::Status()> ask, const std::stop_token& stop) const;
  absl::Status CountKeys();
  // Users after `after`, which becomes the last of them; empty where there are no more.
  absl::Status ReadBatch(std::string& after, std::vector<store::UserKeys>& users);
  // Those with a key under another master key.
  std::vector<std::string> WhoNeedsIt(const std::vector<store::UserKeys>& users) const;
  bool NeedsRewrap(const store::KeyVersion& key) const;
  // Drops from `user_ids` those that it is done with.
  absl::Status RewrapUsers(std::vector<std::string>& user_ids);
  // Waits where it is ahead of the rate.
  void KeepRate(const std::stop_token& stop) const;
  absl::Status DropNote();
  void End(const absl::Status& status);

  const MasterKeys& keks_;
  store::KeyStore& store_;
  const Clock& clock_;
  crypto::Random& random_;
  const uint32_t max_keys_per_second_;
  const OnEnd on_end_;
  const int users_in_batch_;
  const absl::Duration started_;  // of the monotonic clock

  mutable sync::Mutex mutex_;
  RewrapProgress progress_ ABSL_GUARDED_BY(mutex_);

  std::jthread thread_;  // last, so that it has ended before anything else goes
};

}  // namespace keyward::keyring

#endif  // KEYWARD_SERVER_KEYRING_KEK_REWRAP_JOB_H_
