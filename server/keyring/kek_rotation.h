#ifndef KEYWARD_SERVER_KEYRING_KEK_ROTATION_H_
#define KEYWARD_SERVER_KEYRING_KEK_ROTATION_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/crypto/random.h"
#include "server/keyring/clock.h"
#include "server/keyring/kek.h"
#include "server/keyring/kek_rewrap_job.h"
#include "server/store/calls_in_flight.h"
#include "server/store/key_store.h"
#include "server/sync/mutex.h"

namespace keyward::keyring {

struct KekState {
  std::string kek_id;  // 16 hex digits
  bool current = false;
  bool loaded = false;
  int64_t keys = 0;  // stored ones that it wraps
  std::optional<absl::Time> retired;
};

struct KekStatus {
  std::vector<KekState> keks;  // the current one first
  RewrapProgress rewrap;
};

// Turns the master key over: every key that is wrapped under another one is wrapped under the
// current one, in the background, while all is served. Cached keys stay as they are: what changes
// is their wrapping alone. Thread-safe.
//
// A server makes one with its store, calls Resume() once it serves, and ends it before the store.
class KekRotation {
 public:
  struct Options {
    bool legacy_shared = false;  // these verbs would leave the Python module behind
    KekRewrapJob::OnEnd on_end = [](const RewrapProgress&) {};
  };
  template <typename T>
  using Callback = absl::AnyInvocable<void(absl::StatusOr<T>)>;

  // All must outlive it, and every call must have been answered before it ends.
  KekRotation(const MasterKeys& keks, store::KeyStore& store, const Clock& clock,
              crypto::Random& random, const Options& options);
  // Ends what runs in the background, at the next commit; a later process goes on with it.
  ~KekRotation();

  // Goes on with what an earlier process was asked for and did not finish.
  void Resume();

  // How far it is, without asking the store.
  RewrapProgress progress() const;

  void GetStatus(Callback<KekStatus> done);
  // Starts, or leaves the one that runs at its work. `max_keys_per_second` 0: as fast as it goes.
  // errors::LegacyShared, errors::EncryptionDisabled.
  void Rewrap(uint32_t max_keys_per_second, Callback<RewrapProgress> done);
  // errors::KekInUse for the current one, for one that keys need, and without the confirmation that
  // no pool token is under it any longer; errors::InvalidRequest for what is no id.
  void Retire(std::string hex_kek_id, bool confirm_pool_rewrapped, Callback<KekState> done);

 private:
  bool running() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void StartJob(uint32_t max_keys_per_second);
  KekStatus StatusOf(const std::vector<store::KekUse>& use,
                     const std::vector<store::RetiredKek>& retired) const;
  void AnswerRetired(std::string kek_id, Callback<KekState> done);

  const MasterKeys& keks_;
  store::KeyStore& store_;
  const Clock& clock_;
  crypto::Random& random_;
  const Options options_;

  store::CallsInFlight calls_;
  mutable sync::Mutex mutex_;
  std::unique_ptr<KekRewrapJob> job_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace keyward::keyring

#endif  // KEYWARD_SERVER_KEYRING_KEK_ROTATION_H_
