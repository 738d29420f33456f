#ifndef KEYWARD_SERVER_STORE_SQLITE_SCHEMA_H_
#define KEYWARD_SERVER_STORE_SQLITE_SCHEMA_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/store/sqlite_connection.h"

namespace keyward::store {

// The schema that this program knows; databases of an older one are brought to it when they are
// opened.
int64_t NewestSqliteSchema();

// The schema that the database has; 0: none yet.
absl::StatusOr<int64_t> SqliteSchema(SqliteConnection& connection);

// Whether Keyward wrote the file.
absl::StatusOr<bool> IsKeywardFile(SqliteConnection& connection);

// Makes sure that the file is Keyward's own (or empty), without writing to it. `path` is for
// messages. Errors are a full line for the operator: FAILED_PRECONDITION where the file is the
// Python module's, another program's, or of a newer schema; errors::StoreUnavailable where it
// cannot be read.
absl::Status CheckSqliteFile(SqliteConnection& connection, const std::string& path);

// Applies the migrations that the database lacks, all in one transaction, after CheckSqliteFile.
absl::Status MigrateSqliteSchema(SqliteConnection& connection, absl::Time now);

}  // namespace keyward::store

#endif  // KEYWARD_SERVER_STORE_SQLITE_SCHEMA_H_
