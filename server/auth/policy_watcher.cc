#include "server/auth/policy_watcher.h"

#include <optional>
#include <utility>

#include "absl/time/clock.h"
#include "server/sync/wait_for.h"

namespace keyward::auth {

PolicyWatcher::PolicyWatcher(PolicyFile file, absl::Duration interval, OnChange on_change)
    : interval_(interval),
      on_change_(std::move(on_change)),
      file_(std::move(file)),
      thread_([this](const std::stop_token& stop) { Watch(stop); }) {}

void PolicyWatcher::Watch(const std::stop_token& stop) {
  while (true) {
    sync::WaitFor(absl::ToChronoNanoseconds(interval_), stop);
    if (stop.stop_requested()) return;
    CheckNow();
  }
}

void PolicyWatcher::CheckNow() {
  const sync::MutexLock lock(mutex_);
  const std::optional<absl::StatusOr<Policy>> change = file_.Look(absl::Now());
  if (!change) return;
  (change->ok() ? versions_ : refusals_).fetch_add(1, std::memory_order_relaxed);
  on_change_(*change);
}

}  // namespace keyward::auth
