#ifndef KEYWARD_SERVER_AUDIT_FILE_AUDIT_LOG_H_
#define KEYWARD_SERVER_AUDIT_FILE_AUDIT_LOG_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "server/audit/audit_log.h"
#include "server/audit/keys.h"
#include "server/audit/log_file.h"
#include "server/audit/log_system.h"
#include "server/sync/mutex.h"

namespace keyward::audit {

struct FileAuditLogOptions {
  std::string path;
  // Tell a user by "user_hmac" instead of "user_id".
  bool hide_user_ids = false;
  // A file that has reached this is closed and renamed, and the next batch of lines goes into a new
  // one. 0: by Reopen() alone.
  uint64_t max_bytes = 0;
  // A call is not answered before its line is on the disk (fdatasync).
  bool sync = false;
  // Where nothing can be written: answer calls all the same, and count them.
  bool allow_loss = false;
};

// An audit log in a file of JSON lines, sealed as chain.h says. The caller's thread makes the text
// of its events; a thread of the log takes all that wait, numbers and seals them, and writes them
// at once.
//
// Reopen() serves SIGHUP: a file that was moved away (logrotate, with `create` or `nocreate`) is
// left to who moved it; one that still stands at its path is renamed as for its size, to
// PATH.TIME.SEQ, SEQ being its last line's number. `copytruncate` cuts a chain, and does not do.
class FileAuditLog : public AuditLog {
 public:
  // `system` outlives the log. Errors are a full line for the operator.
  static absl::StatusOr<std::unique_ptr<FileAuditLog>> Open(const FileAuditLogOptions& options,
                                                            AuditKeys keys, LogSystem& system);
  // Writes what waits. No call of another method may be under way.
  ~FileAuditLog() override;

  void Append(absl::Span<const Event> events, Done done) override;
  void Reopen() override;
  AuditCounters counters() const override;

 private:
  // What waits for the log's thread.
  struct Batch {
    // Of AppendEvent.
    std::string events;
    uint64_t count = 0;
    std::vector<Done> dones;
    bool reopen = false;
  };

  FileAuditLog(const FileAuditLogOptions& options, AuditKeys keys);

  void Run();
  // Waits for work and swaps it into `batch`, which must be empty; false once the log ends.
  bool Take(Batch& batch);
  void Record(Batch& batch);
  void Rotate();
  void CountWritten();
  // Tells the operator where writing began to fail, or to succeed again.
  void TellOf(const absl::Status& status);

  const FileAuditLogOptions options_;
  const AuditKeys keys_;

  // The thread's own.
  std::unique_ptr<LogFile> file_;
  // Lost since the last line that was written.
  uint64_t lost_ = 0;
  bool failing_ = false;
  bool rotation_failing_ = false;

  std::atomic<uint64_t> lines_ = 0;
  std::atomic<uint64_t> bytes_ = 0;
  std::atomic<uint64_t> lost_events_ = 0;
  std::atomic<uint64_t> rotations_ = 0;
  std::atomic<uint64_t> failed_rotations_ = 0;

  sync::Mutex mutex_;
  sync::CondVar changed_;
  Batch waiting_ ABSL_GUARDED_BY(mutex_);
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;

  std::thread thread_;
};

}  // namespace keyward::audit

#endif  // KEYWARD_SERVER_AUDIT_FILE_AUDIT_LOG_H_
