#ifndef KEYWARD_SERVER_STORE_DATABASE_LOCK_H_
#define KEYWARD_SERVER_STORE_DATABASE_LOCK_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace keyward::store {

// The right to open a SQLite database: one process at a time has it, the server or a command that
// opens the file itself. It is an exclusive lock on the file `<database>.lock`, which the kernel
// gives back when the process ends in whatever way; the file stays, its text is for people only.
class DatabaseLock {
 public:
  // `program` is told to whoever finds the lock taken. A database behind a symbolic link is locked
  // under its real name. Errors are a full line for the operator: FAILED_PRECONDITION where another
  // process has the lock, NOT_FOUND or PERMISSION_DENIED where the lock's file cannot be made.
  static absl::StatusOr<std::unique_ptr<DatabaseLock>> Acquire(const std::string& database,
                                                               const std::string& program);
  ~DatabaseLock();

  DatabaseLock(const DatabaseLock&) = delete;
  DatabaseLock& operator=(const DatabaseLock&) = delete;

 private:
  explicit DatabaseLock(int file) : file_(file) {}

  const int file_;
};

}  // namespace keyward::store

#endif  // KEYWARD_SERVER_STORE_DATABASE_LOCK_H_
