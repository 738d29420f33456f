#ifndef KEYWARD_SERVER_AUDIT_AUDIT_LOG_H_
#define KEYWARD_SERVER_AUDIT_AUDIT_LOG_H_

#include <cstdint>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/types/span.h"
#include "server/audit/event.h"

namespace keyward::audit {

// Since the log was opened.
struct AuditCounters {
  // Of these the lines that were written, and their bytes.
  uint64_t lines = 0;
  uint64_t bytes = 0;
  // Events that could not be written.
  uint64_t lost_events = 0;
  // Files begun after the first; and attempts at that which failed, after which the old one goes
  // on.
  uint64_t rotations = 0;
  uint64_t failed_rotations = 0;
};

// Where every call is recorded before it is answered. Thread-safe.
class AuditLog {
 public:
  using Done = absl::AnyInvocable<void(const absl::Status&)>;

  virtual ~AuditLog() = default;

  // Records a call, or all items of a batch, and then calls `done`, on a thread of the log: OK, or
  // errors::AuditUnavailable(), in which case the call must fail with it. `done` must not wait for
  // anything. What the events' texts point to is not needed after Append has returned. How many
  // events may wait is the caller's limit: a call that is not answered yet still counts as in
  // flight.
  virtual void Append(absl::Span<const Event> events, Done done) = 0;

  // Begins a new file, for SIGHUP.
  virtual void Reopen() = 0;

  virtual AuditCounters counters() const = 0;
};

}  // namespace keyward::audit

#endif  // KEYWARD_SERVER_AUDIT_AUDIT_LOG_H_
