#ifndef KEYWARD_SERVER_STORE_POSTGRES_SCHEMA_H_
#define KEYWARD_SERVER_STORE_POSTGRES_SCHEMA_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "server/store/postgres_connection.h"

namespace keyward::store {

// The newest schema that this program knows.
int64_t NewestPostgresSchema();

// Brings the schema of the session's search path up to date; docs/FORMATS.md has it. Servers that
// start together wait for one another; one that finds it current changes nothing, and needs no
// right to. FAILED_PRECONDITION, with a line for the operator, where the database is another
// program's, a newer Keyward's, or not in UTF-8.
absl::Status MigratePostgresSchema(PostgresConnection& connection, absl::Time now);

}  // namespace keyward::store

#endif  // KEYWARD_SERVER_STORE_POSTGRES_SCHEMA_H_
