#include "server/auth/policy_watcher.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>

#include "absl/time/clock.h"

namespace keyward::auth {

PolicyWatcher::PolicyWatcher(PolicyFile file, absl::Duration interval, OnChange on_change)
    : interval_(interval),
      on_change_(std::move(on_change)),
      file_(std::move(file)),
      thread_([this](const std::stop_token& stop) { Watch(stop); }) {}

void PolicyWatcher::Watch(const std::stop_token& stop) {
  // For the timed wait alone: the token wakes it.
  std::mutex mutex;
  std::condition_variable_any stopped;
  std::unique_lock<std::mutex> lock(mutex);
  const auto interval = absl::ToChronoNanoseconds(interval_);
  while (!stopped.wait_for(lock, stop, interval, [&] { return stop.stop_requested(); })) CheckNow();
}

void PolicyWatcher::CheckNow() {
  const sync::MutexLock lock(mutex_);
  const std::optional<absl::StatusOr<Policy>> change = file_.Look(absl::Now());
  if (!change) return;
  (change->ok() ? versions_ : refusals_).fetch_add(1, std::memory_order_relaxed);
  on_change_(*change);
}

}  // namespace keyward::auth
