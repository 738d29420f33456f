#ifndef KEYWARD_SERVER_STORE_LEGACY_DATABASE_H_
#define KEYWARD_SERVER_STORE_LEGACY_DATABASE_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/store/legacy_transcoder.h"
#include "server/store/sqlite_connection.h"

namespace keyward::store {

struct LegacyDatabaseOptions {
  std::string path;
  // For one who only looks: nothing is written, and the table must be there.
  bool read_only = false;
  // How long a call waits while the Python module commits.
  absl::Duration busy_timeout = absl::Seconds(5);
};

// A row that is in the legacy file now: the one that was given, or the one that was there before.
struct LegacyInsert {
  LegacyRow row;
  bool inserted = false;
};

// The Python module's own database. The module may be at work on the file at the same time, so it
// stays in the journal mode that it has. For one thread at a time; an error of the engine is
// errors::StoreUnavailable, and the next call opens the file anew.
class LegacyDatabase {
 public:
  // The file must be there; unless it is only read, the table is made where there is none, as the
  // module does. Errors are a full line for the operator.
  static absl::StatusOr<std::unique_ptr<LegacyDatabase>> Open(LegacyDatabaseOptions options);

  // nullopt: the user has no row.
  absl::StatusOr<std::optional<LegacyRow>> Find(const std::string& user_id);

  // Up to `limit` rows in the byte order of their user ids, from the first after `after`. Rows
  // whose id is no text, which no user can have, are passed over.
  absl::StatusOr<std::vector<LegacyRow>> Page(const std::string& after, int limit);

  // Adds the rows of users who have none, all in one transaction with one sync. Answers in the
  // order of `rows`. On an error none is added.
  absl::StatusOr<std::vector<LegacyInsert>> InsertOrGet(const std::vector<LegacyRow>& rows);

  // Removes the users' rows, all in one transaction; the file and its log then hold nothing of
  // them. Who has none is passed over. On an error they may be gone.
  absl::Status Remove(const std::vector<std::string>& user_ids);

 private:
  explicit LegacyDatabase(LegacyDatabaseOptions options) : options_(std::move(options)) {}
  // Opens the file unless it is open and sound.
  absl::Status Connect();
  absl::Status PrepareStatements();
  absl::StatusOr<std::optional<LegacyRow>> FindConnected(const std::string& user_id);
  absl::StatusOr<LegacyInsert> InsertOrGetOne(const LegacyRow& row);
  absl::StatusOr<std::vector<LegacyInsert>> Transact(const std::vector<LegacyRow>& rows);
  absl::Status RemoveAll(const std::vector<std::string>& user_ids);

  const LegacyDatabaseOptions options_;
  std::unique_ptr<SqliteConnection> connection_;
  SqliteStatement find_, page_, insert_, remove_, begin_, commit_;
};

}  // namespace keyward::store

#endif  // KEYWARD_SERVER_STORE_LEGACY_DATABASE_H_
