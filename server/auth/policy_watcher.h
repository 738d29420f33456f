#ifndef KEYWARD_SERVER_AUTH_POLICY_WATCHER_H_
#define KEYWARD_SERVER_AUTH_POLICY_WATCHER_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/auth/policy.h"
#include "server/auth/policy_file.h"
#include "server/sync/mutex.h"

namespace keyward::auth {

// Looks at a policy file again and again, on a thread of its own, and tells of what has changed.
// Thread-safe.
class PolicyWatcher {
 public:
  // Told of the new policy, or of why what the file holds now is none (and the one before stays);
  // never twice at once. It runs on the watcher's thread, or within CheckNow.
  using OnChange = std::function<void(const absl::StatusOr<Policy>&)>;

  PolicyWatcher(PolicyFile file, absl::Duration interval, OnChange on_change);
  // Returns when no on_change runs any more, and none will.
  ~PolicyWatcher() = default;

  PolicyWatcher(const PolicyWatcher&) = delete;
  PolicyWatcher& operator=(const PolicyWatcher&) = delete;

  // Looks at once; when it returns, on_change has been told.
  void CheckNow();

  // How many policies were taken, the first one included; and how many were refused.
  uint64_t versions() const { return versions_.load(std::memory_order_relaxed); }
  uint64_t refusals() const { return refusals_.load(std::memory_order_relaxed); }

 private:
  void Watch(const std::stop_token& stop);

  const absl::Duration interval_;
  const OnChange on_change_;
  std::atomic<uint64_t> versions_ = 1;
  std::atomic<uint64_t> refusals_ = 0;
  sync::Mutex mutex_;
  PolicyFile file_ ABSL_GUARDED_BY(mutex_);
  // Last, so that it has ended before anything else goes.
  std::jthread thread_;
};

}  // namespace keyward::auth

#endif  // KEYWARD_SERVER_AUTH_POLICY_WATCHER_H_
