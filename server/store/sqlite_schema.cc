#include "server/store/sqlite_schema.h"

#include <array>

#include "absl/strings/str_cat.h"

namespace keyward::store {
namespace {

// "KEYW": tells file(1), and us, whose database this is.
constexpr int64_t kApplicationId = 0x4B455957;

struct Migration {
  const char* name;
  const char* sql;
};

// In order, one entry for each version, from 1. A released entry never changes; new ones come after
// it. Times are microseconds since 1970, UTC; the states' numbers are those of key_store.h.
constexpr std::array kMigrations = {
    Migration{"users and their keys", R"sql(
CREATE TABLE users (
  user_id TEXT NOT NULL PRIMARY KEY,
  primary_version INTEGER NOT NULL,
  min_version INTEGER NOT NULL DEFAULT 0,
  state INTEGER NOT NULL,
  etag INTEGER NOT NULL DEFAULT 1
) STRICT, WITHOUT ROWID;
CREATE TABLE user_keys (
  user_id TEXT NOT NULL,
  version INTEGER NOT NULL,
  kek_id BLOB NOT NULL,
  wrap_format INTEGER NOT NULL,
  wrapped_key BLOB NOT NULL,
  state INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (user_id, version)
) STRICT, WITHOUT ROWID;
)sql"},
    // The tables stay; a program that wants a row in users for each would take these for nobody's.
    Migration{"no row in users for whoever is active under the newest version", ""},
    Migration{
        "deletion with a grace time, rotation, counts of messages, retired master keys, notes",
        R"sql(
ALTER TABLE users ADD COLUMN purge_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN rotation_id TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN state_before_delete INTEGER NOT NULL DEFAULT 1;
ALTER TABLE user_keys ADD COLUMN messages INTEGER NOT NULL DEFAULT 0;
CREATE INDEX users_to_purge ON users (purge_at) WHERE state = 3 AND purge_at > 0;
CREATE TABLE retired_keks (
  kek_id BLOB NOT NULL PRIMARY KEY,
  retired_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE notes (
  name TEXT NOT NULL PRIMARY KEY,
  text TEXT NOT NULL
) STRICT, WITHOUT ROWID;
)sql"},
};

constexpr char kVersionTable[] =
    "CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL PRIMARY KEY, "
    "name TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT";

absl::StatusOr<bool> HasTable(SqliteConnection& connection, const char* name) {
  const absl::StatusOr<int64_t> count = connection.QueryInt(absl::StrCat(
      "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = '", name, "'"));
  if (!count.ok()) return count.status();
  return *count > 0;
}

absl::Status CheckForeignFile(SqliteConnection& connection, const std::string& path) {
  const absl::StatusOr<bool> legacy = HasTable(connection, "encryption_keys");
  if (!legacy.ok()) return legacy.status();
  if (*legacy) {
    return absl::FailedPreconditionError(
        absl::StrCat(path, " is the Python module's database: pass it as --legacy_db=", path,
                     ", and let --store name another file"));
  }
  const absl::StatusOr<int64_t> tables = connection.QueryInt("SELECT count(*) FROM sqlite_schema");
  if (!tables.ok()) return tables.status();
  if (*tables == 0) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat(path, " is a database of another program, not Keyward's"));
}

absl::Status ApplyMissing(SqliteConnection& connection, int64_t from, absl::Time now) {
  absl::Status applied = connection.Execute(
      absl::StrCat("PRAGMA application_id=", kApplicationId, ";", kVersionTable));
  for (size_t i = static_cast<size_t>(from); applied.ok() && i < kMigrations.size(); ++i) {
    applied = connection.Execute(
        absl::StrCat(kMigrations[i].sql, "INSERT INTO schema_version VALUES (", i + 1, ", '",
                     kMigrations[i].name, "', ", absl::ToUnixMicros(now), ")"));
  }
  return applied;
}

}  // namespace

int64_t NewestSqliteSchema() { return static_cast<int64_t>(kMigrations.size()); }

absl::StatusOr<int64_t> SqliteSchema(SqliteConnection& connection) {
  const absl::StatusOr<bool> has_table = HasTable(connection, "schema_version");
  if (!has_table.ok()) return has_table.status();
  if (!*has_table) return 0;
  return connection.QueryInt("SELECT max(version) FROM schema_version");
}

absl::StatusOr<bool> IsKeywardFile(SqliteConnection& connection) {
  const absl::StatusOr<int64_t> application = connection.QueryInt("PRAGMA application_id");
  if (!application.ok()) return application.status();
  return *application == kApplicationId;
}

absl::Status CheckSqliteFile(SqliteConnection& connection, const std::string& path) {
  const absl::StatusOr<bool> own = IsKeywardFile(connection);
  if (!own.ok()) return own.status();
  if (!*own) return CheckForeignFile(connection, path);
  const absl::StatusOr<int64_t> version = SqliteSchema(connection);
  if (!version.ok()) return version.status();
  if (*version <= NewestSqliteSchema()) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat(path, " has schema ", *version, ", and this program knows schemas up to ",
                   NewestSqliteSchema(), ": a newer Keyward wrote it and must open it"));
}

absl::Status MigrateSqliteSchema(SqliteConnection& connection, absl::Time now) {
  const absl::StatusOr<int64_t> version = SqliteSchema(connection);
  if (!version.ok()) return version.status();
  if (*version == NewestSqliteSchema()) return absl::OkStatus();
  absl::Status done = connection.Execute("BEGIN EXCLUSIVE");
  if (done.ok()) done = ApplyMissing(connection, *version, now);
  if (done.ok()) done = connection.Execute("COMMIT");
  if (!done.ok()) connection.Rollback();
  return done;
}

}  // namespace keyward::store
