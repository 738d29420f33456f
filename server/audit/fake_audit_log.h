#ifndef KEYWARD_SERVER_AUDIT_FAKE_AUDIT_LOG_H_
#define KEYWARD_SERVER_AUDIT_FAKE_AUDIT_LOG_H_

#include <atomic>
#include <string>
#include <vector>

#include "server/audit/audit_log.h"
#include "server/errors/errors.h"
#include "server/sync/mutex.h"

namespace keyward::audit {

// For tests: keeps what would be written, and calls `done` at once, on the caller's thread.
class FakeAuditLog : public AuditLog {
 public:
  void Append(absl::Span<const Event> events, Done done) override {
    if (failing_) {
      done(errors::AuditUnavailable());
      return;
    }
    {
      sync::MutexLock lock(mutex_);
      for (const Event& event : events) {
        std::string line;
        AppendEvent(event, nullptr, line);
        lines_.push_back(line);
      }
    }
    done(absl::OkStatus());
  }
  void Reopen() override {}
  AuditCounters counters() const override { return {}; }

  // From now on nothing can be recorded.
  void Fail() { failing_ = true; }
  // As AppendEvent writes them.
  std::vector<std::string> lines() {
    sync::MutexLock lock(mutex_);
    return lines_;
  }

 private:
  std::atomic<bool> failing_ = false;
  sync::Mutex mutex_;
  std::vector<std::string> lines_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace keyward::audit

#endif  // KEYWARD_SERVER_AUDIT_FAKE_AUDIT_LOG_H_
