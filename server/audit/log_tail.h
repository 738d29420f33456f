#ifndef KEYWARD_SERVER_AUDIT_LOG_TAIL_H_
#define KEYWARD_SERVER_AUDIT_LOG_TAIL_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "server/audit/chain.h"
#include "server/audit/keys.h"

namespace keyward::audit {

// How a file of an audit log ends.
struct LogTail {
  // Its last line.
  ChainEnd end;
  // What stands after that, where a write was cut short.
  std::optional<TornLine> torn;
  // Its last byte is no newline.
  bool within_line = false;
};

enum class LastNewline { kNeeded, kMayBeMissing };

// Reads the end of an open file, of which little is read however long it is. The last line is
// verified where it is sealed under `keys`, and taken as it is under another KEK. With
// kMayBeMissing, a last line that lacks its newline alone is one. FAILED_PRECONDITION where the
// last line is none, or not what was written.
absl::StatusOr<LogTail> ReadLogTail(int file, const AuditKeys& keys, LastNewline last_newline);

// The end of the newest of the files that were renamed from `path`, by this program or by logrotate
// (PATH.…, PATH-…), and that are sealed under `keys`; empty where there is none.
LogTail NewestRenamedTail(const std::string& path, const AuditKeys& keys);

}  // namespace keyward::audit

#endif  // KEYWARD_SERVER_AUDIT_LOG_TAIL_H_
