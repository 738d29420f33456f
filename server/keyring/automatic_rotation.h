#ifndef KEYWARD_SERVER_KEYRING_AUTOMATIC_ROTATION_H_
#define KEYWARD_SERVER_KEYRING_AUTOMATIC_ROTATION_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "server/keyring/clock.h"
#include "server/keyring/key_lifecycle.h"
#include "server/keyring/rotation_policy.h"
#include "server/store/calls_in_flight.h"
#include "server/store/key_store.h"
#include "server/sync/mutex.h"

namespace keyward::keyring {

// Rotates the keys of users who are due, in the background: a call that uses such a key does not
// wait for that. One attempt at a time for a user, and kMaxAtOnce in all; whoever is passed over,
// or fails, is looked at again when the keys are loaded the next time, or more messages are
// counted. Thread-safe.
class AutomaticRotation {
 public:
  static constexpr size_t kMaxAtOnce = 64;

  // All must outlive it.
  AutomaticRotation(KeyLifecycle& lifecycle, const Clock& clock, const RotationPolicy& policy);
  // Waits for the rotations that have begun.
  ~AutomaticRotation();

  const RotationPolicy& policy() const { return policy_; }

  // Shows it what is stored of a user. It does not block.
  void Look(const store::UserKeys& stored);

  // Since the start.
  int64_t rotated() const { return rotated_.load(std::memory_order_relaxed); }
  int64_t failed() const { return failed_.load(std::memory_order_relaxed); }

 private:
  bool Begin(const std::string& user_id);
  void End(const std::string& user_id, const absl::Status& status);

  KeyLifecycle& lifecycle_;
  const Clock& clock_;
  const RotationPolicy policy_;
  std::atomic<int64_t> rotated_ = 0;
  std::atomic<int64_t> failed_ = 0;

  store::CallsInFlight calls_;
  sync::Mutex mutex_;
  absl::flat_hash_set<std::string> under_way_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace keyward::keyring

#endif  // KEYWARD_SERVER_KEYRING_AUTOMATIC_ROTATION_H_
