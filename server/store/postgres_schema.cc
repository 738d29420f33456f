#include "server/store/postgres_schema.h"

#include <array>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace keyward::store {
namespace {

struct Migration {
  const char* name;
  std::vector<const char*> statements;
};

// In order, one entry for each version, from 1. A released entry never changes; new ones come after
// it. Times are microseconds since 1970, UTC; the states' numbers are those of key_store.h. Ids
// compare by their bytes, as in SQLite.
const std::array<Migration, 1>& Migrations() {
  static const std::array<Migration, 1> kMigrations = {Migration{
      "users, their keys, retired master keys, notes, changes",
      {
          "CREATE TABLE users ("
          " user_id TEXT COLLATE \"C\" NOT NULL PRIMARY KEY,"
          " primary_version BIGINT NOT NULL,"
          " min_version BIGINT NOT NULL,"
          " state BIGINT NOT NULL,"
          " etag BIGINT NOT NULL,"
          " purge_at BIGINT NOT NULL,"
          " rotation_id TEXT NOT NULL,"
          " state_before_delete BIGINT NOT NULL)",
          "CREATE INDEX users_to_purge ON users (purge_at) WHERE state = 3 AND purge_at > 0",
          "CREATE TABLE user_keys ("
          " user_id TEXT COLLATE \"C\" NOT NULL,"
          " version BIGINT NOT NULL,"
          " kek_id BYTEA NOT NULL,"
          " wrap_format BIGINT NOT NULL,"
          " wrapped_key BYTEA NOT NULL,"
          " state BIGINT NOT NULL,"
          " created_at BIGINT NOT NULL,"
          " messages BIGINT NOT NULL,"
          " PRIMARY KEY (user_id, version))",
          "CREATE TABLE retired_keks (kek_id BYTEA NOT NULL PRIMARY KEY, retired_at BIGINT NOT "
          "NULL)",
          "CREATE TABLE notes (name TEXT COLLATE \"C\" NOT NULL PRIMARY KEY, text TEXT NOT NULL)",
          // One row: how many changes there were that a cache has to follow.
          "CREATE TABLE change_sequence (id BIGINT NOT NULL PRIMARY KEY, value BIGINT NOT NULL)",
          "INSERT INTO change_sequence (id, value) VALUES (1, 0)",
          "CREATE TABLE changes (value BIGINT NOT NULL PRIMARY KEY, user_id TEXT COLLATE \"C\" NOT "
          "NULL)",
          // One row: shared by whoever wraps keys, and taken alone by who retires a master key.
          "CREATE TABLE wrapping (id BIGINT NOT NULL PRIMARY KEY)",
          "INSERT INTO wrapping (id) VALUES (1)",
      }}};
  return kMigrations;
}

absl::StatusOr<int64_t> QueryInt(PostgresConnection& connection, const std::string& sql) {
  const absl::StatusOr<PostgresResult> result = connection.Execute(sql.c_str());
  if (!result.ok()) return result.status();
  return result->rows() == 1 ? result->Int(0, 0) : 0;
}

absl::StatusOr<int64_t> CountTables(PostgresConnection& connection, const char* name) {
  return QueryInt(connection,
                  absl::StrCat("SELECT count(*)::bigint FROM information_schema.tables WHERE"
                               " table_schema = current_schema() AND table_name = '",
                               name, "'"));
}

// 0 where there is none.
absl::StatusOr<int64_t> Schema(PostgresConnection& connection) {
  const absl::StatusOr<int64_t> tables = CountTables(connection, "schema_version");
  if (!tables.ok() || *tables == 0) return tables;
  return QueryInt(connection, "SELECT coalesce(max(version), 0)::bigint FROM schema_version");
}

absl::Status RunAll(PostgresConnection& connection, const std::vector<std::string>& statements) {
  for (const std::string& sql : statements) {
    if (auto done = connection.Execute(sql.c_str()); !done.ok()) return done.status();
  }
  return absl::OkStatus();
}

// The first table that has a name of ours; empty where there is none.
absl::StatusOr<std::string> FindTable(PostgresConnection& connection) {
  for (const char* table : {"users", "user_keys", "notes"}) {
    const absl::StatusOr<int64_t> count = CountTables(connection, table);
    if (!count.ok()) return count.status();
    if (*count > 0) return table;
  }
  return "";
}

// Refuses a database that is not ours to change. Gives its schema.
absl::StatusOr<int64_t> CheckOwner(PostgresConnection& connection) {
  // The table first: where another server makes ours at this moment, they come together with their
  // schema, which is seen then.
  const absl::StatusOr<std::string> table = FindTable(connection);
  if (!table.ok()) return table.status();
  const absl::StatusOr<int64_t> schema = Schema(connection);
  if (!schema.ok()) return schema.status();
  if (*schema > NewestPostgresSchema()) {
    return absl::FailedPreconditionError(
        absl::StrCat("the database has schema ", *schema, ", and this program knows schemas up to ",
                     NewestPostgresSchema(), ": a newer Keyward wrote it and must open it"));
  }
  if (*schema > 0 || table->empty()) return schema;
  return absl::FailedPreconditionError(
      absl::StrCat("the database has a table ", *table,
                   " that is not Keyward's: give Keyward a database, or a schema, of its own"));
}

// The tables that the migrations themselves need. Servers that make them at once fail but for one.
absl::Status MakeSchemaTables(PostgresConnection& connection) {
  return RunAll(connection,
                {"CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL PRIMARY KEY,"
                 " name TEXT NOT NULL, applied_at BIGINT NOT NULL)",
                 "CREATE TABLE IF NOT EXISTS schema_lock (id BIGINT NOT NULL PRIMARY KEY)",
                 "INSERT INTO schema_lock (id) VALUES (1) ON CONFLICT DO NOTHING"});
}

absl::Status ApplyMissing(PostgresConnection& connection, absl::Time now) {
  // Whoever comes second waits here, and finds it done.
  absl::Status done =
      RunAll(connection, {"BEGIN", "SELECT id FROM schema_lock WHERE id = 1 FOR UPDATE"});
  if (!done.ok()) return done;
  const absl::StatusOr<int64_t> schema = Schema(connection);
  if (!schema.ok()) return schema.status();
  std::vector<std::string> statements;
  for (auto version = static_cast<size_t>(*schema); version < Migrations().size(); ++version) {
    const Migration& migration = Migrations()[version];
    statements.insert(statements.end(), migration.statements.begin(), migration.statements.end());
    statements.push_back(absl::StrCat("INSERT INTO schema_version VALUES (", version + 1, ", '",
                                      migration.name, "', ", absl::ToUnixMicros(now), ")"));
  }
  statements.push_back("COMMIT");
  return RunAll(connection, statements);
}

absl::Status CheckEncoding(PostgresConnection& connection) {
  const auto encoding = connection.Execute("SELECT current_setting('server_encoding')");
  if (!encoding.ok()) return encoding.status();
  if (encoding->rows() == 1 && encoding->Bytes(0, 0) == "UTF8") return absl::OkStatus();
  return absl::FailedPreconditionError("the database is not encoded in UTF-8");
}

}  // namespace

int64_t NewestPostgresSchema() { return static_cast<int64_t>(Migrations().size()); }

absl::Status MigratePostgresSchema(PostgresConnection& connection, absl::Time now) {
  const absl::StatusOr<int64_t> found = Schema(connection);
  if (!found.ok()) return found.status();
  if (*found == NewestPostgresSchema()) return absl::OkStatus();
  const absl::StatusOr<int64_t> schema = CheckOwner(connection);
  if (!schema.ok()) return schema.status();
  if (*schema == NewestPostgresSchema()) return absl::OkStatus();
  if (absl::Status encoded = CheckEncoding(connection); !encoded.ok()) return encoded;
  if (absl::Status made = MakeSchemaTables(connection); !made.ok()) return made;
  return ApplyMissing(connection, now);
}

}  // namespace keyward::store
