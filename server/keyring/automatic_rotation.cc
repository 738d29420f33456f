#include "server/keyring/automatic_rotation.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace keyward::keyring {

AutomaticRotation::AutomaticRotation(KeyLifecycle& lifecycle, const Clock& clock,
                                     const RotationPolicy& policy)
    : lifecycle_(lifecycle), clock_(clock), policy_(policy) {}

AutomaticRotation::~AutomaticRotation() { calls_.WaitForNone(); }

void AutomaticRotation::Look(const store::UserKeys& stored) {
  if (policy_.DueReason(stored, clock_.Now()).empty() || !Begin(stored.user_id)) return;
  // The etag: whoever was rotated since this was read is not rotated again.
  lifecycle_.Rotate(stored.user_id, /*request_id=*/"", EtagOf(stored),
                    calls_.Track([this, user_id = stored.user_id](const auto& rotated) {
                      End(user_id, rotated.status());
                    }));
}

bool AutomaticRotation::Begin(const std::string& user_id) {
  const sync::MutexLock lock(mutex_);
  return under_way_.size() < kMaxAtOnce && under_way_.insert(user_id).second;
}

void AutomaticRotation::End(const std::string& user_id, const absl::Status& status) {
  {
    const sync::MutexLock lock(mutex_);
    under_way_.erase(user_id);
  }
  if (status.ok()) {
    rotated_.fetch_add(1, std::memory_order_relaxed);
  } else if (!absl::IsAborted(status)) {
    failed_.fetch_add(1, std::memory_order_relaxed);
  }
}

}  // namespace keyward::keyring
