#ifndef KEYWARD_SERVER_AUDIT_LOG_FILE_H_
#define KEYWARD_SERVER_AUDIT_LOG_FILE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/audit/chain.h"
#include "server/audit/descriptor.h"
#include "server/audit/keys.h"
#include "server/audit/log_system.h"

namespace keyward::audit {

// The newest file of an audit log, to which lines are appended, and where its chain stands
// (chain.h). An existing log is continued: from this file's last line, or, where it has none, from
// that of the newest renamed one. Nothing that was there before is ever changed. Not thread-safe.
//
// After a write that failed, what came of it is cut off again. Where that fails too, and after each
// failed sync, the file is closed and renamed, and the lines go on in a new one.
class LogFile {
 public:
  // Refuses a file that another process writes, that others could have written (log_open.h), or
  // whose last line does not verify. The opening line is written too, or, where that fails, with
  // the next lines. `keys` and `system` outlive it.
  static absl::StatusOr<std::unique_ptr<LogFile>> Open(const std::string& path, bool sync,
                                                       const AuditKeys& keys, LogSystem& system);

  // Appends a line for each of `events` (AppendEvent), and before them one that tells of `lost`
  // events, if any: all or none. With sync they are on the disk then.
  absl::Status Append(std::string_view events, uint64_t lost);

  // Closes the file and begins a new one, at the same path. Where the file still stands there, it
  // is renamed. After an error the old file goes on, and Rotate may be tried again.
  absl::Status Rotate();

  uint64_t size() const { return size_; }
  // Since it was opened.
  uint64_t lines_written() const { return end_.seq - first_.seq; }
  uint64_t bytes_written() const { return bytes_written_; }
  uint64_t files_begun() const { return files_begun_; }

 private:
  // An opening line that is still to be written.
  struct Pending {
    std::optional<TornLine> torn;
    bool newline_first;
  };

  LogFile(const std::string& path, bool sync, const AuditKeys& keys, LogSystem& system);

  absl::Status OpenFirst();
  absl::Status OpenNext();
  absl::Status Write();
  absl::Status WriteAll(size_t& written);
  bool CutBack();
  void Abandon(std::string_view left_over);
  void ContinueAfter(std::string_view left_over);

  const std::string path_;
  const bool sync_;
  const AuditKeys& keys_;
  LogSystem& system_;

  Descriptor lock_;
  // Not open after a failure, until the next lines.
  Descriptor file_;
  // Up to where the file holds what is acknowledged, and what stood there before.
  uint64_t size_ = 0;
  ChainEnd first_;
  ChainEnd end_;
  std::optional<Pending> opening_;
  std::string buffer_;
  uint64_t bytes_written_ = 0;
  uint64_t files_begun_ = 0;
};

}  // namespace keyward::audit

#endif  // KEYWARD_SERVER_AUDIT_LOG_FILE_H_
