#ifndef KEYWARD_SERVER_KEYRING_KEK_ROTATION_H_
#define KEYWARD_SERVER_KEYRING_KEK_ROTATION_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/crypto/random.h"
#include "server/keyring/clock.h"
#include "server/keyring/kek.h"
#include "server/store/key_store.h"

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
  std::string error;  // the store's, where that ended it
};

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

// Turns the master key over: every key that is wrapped under another one is wrapped under the current one, in
// the background, while all is served. Thread-safe.
class KekRotation {
 public:
  struct Options {
    bool legacy_shared = false;  // these verbs would leave the Python module behind
  };
  template <typename T>
  using Callback = absl::AnyInvocable<void(absl::StatusOr<T>)>;

  // All must outlive it.
  KekRotation(const MasterKeys& keks, store::KeyStore& store, const Clock& clock,
              crypto::Random& random, const Options& options);
  // Ends what runs in the background, at the next commit.
  ~KekRotation();

  // Goes on with what an earlier process was asked for and did not finish.
  void Resume();

  void GetStatus(Callback<KekStatus> done);
  // Starts, or leaves the one that runs at its work. `max_keys_per_second` 0: as fast as it goes.
  // errors::LegacyShared, errors::EncryptionDisabled.
  void Rewrap(uint32_t max_keys_per_second, Callback<RewrapProgress> done);
  // errors::KekInUse for the current one, for one that keys need, and without the confirmation that no
  // pool token is under it any longer; errors::InvalidRequest for what is no id.
  void Retire(std::string hex_kek_id, bool confirm_pool_rewrapped, Callback<KekState> done);

 private:
  // server/keyring/kek_rotation.cc
  class Job;

  const MasterKeys& keks_;
  store::KeyStore& store_;
  const Clock& clock_;
  crypto::Random& random_;
  const Options options_;
};

}  // namespace keyward::keyring

#endif  // KEYWARD_SERVER_KEYRING_KEK_ROTATION_H_
