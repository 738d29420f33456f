#ifndef KEYWARD_SERVER_STORE_SQLITE_READ_SESSION_H_
#define KEYWARD_SERVER_STORE_SQLITE_READ_SESSION_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/store/sqlite_connection.h"
#include "server/store/sqlite_reader.h"

namespace keyward::store {

// A reader's connection, opened when it is first needed and again after an error. For one thread at
// a time.
class SqliteReadSession {
 public:
  SqliteReadSession(std::string path, absl::Duration busy_timeout)
      : path_(std::move(path)), busy_timeout_(busy_timeout) {}

  // What is read until EndSnapshot is of one moment.
  absl::StatusOr<SqliteReader*> BeginSnapshot();
  void EndSnapshot();

  // The next snapshot opens the file anew.
  void Close();

 private:
  absl::StatusOr<SqliteReader*> Reader();

  const std::string path_;
  const absl::Duration busy_timeout_;
  std::unique_ptr<SqliteConnection> connection_;
  std::optional<SqliteReader> reader_;
};

}  // namespace keyward::store

#endif  // KEYWARD_SERVER_STORE_SQLITE_READ_SESSION_H_
