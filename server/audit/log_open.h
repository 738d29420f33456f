#ifndef KEYWARD_SERVER_AUDIT_LOG_OPEN_H_
#define KEYWARD_SERVER_AUDIT_LOG_OPEN_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/audit/descriptor.h"

// How an audit log's files are opened and renamed. Errors are a full line for the operator.
namespace keyward::audit {

// Opens the file to read and append to, or makes it, with mode 0600 and its name on the disk.
// Refused are symbolic links, what is no regular file, and a file that is another user's or that
// others may write.
absl::StatusOr<Descriptor> OpenLog(const std::string& path);

// The right to write the log: an exclusive lock on PATH.lock, for as long as the result is open.
// FAILED_PRECONDITION where another process has it.
absl::StatusOr<Descriptor> LockLog(const std::string& path);

// Whether the file at `path` is the open one.
bool IsAtPath(int file, const std::string& path);

// Renames the file at `path` to PATH.TIME.SEQ, such as audit.log.20260131T120000Z.41; never over
// another.
absl::Status RenameLog(const std::string& path, int64_t time_us, uint64_t last_seq);

}  // namespace keyward::audit

#endif  // KEYWARD_SERVER_AUDIT_LOG_OPEN_H_
