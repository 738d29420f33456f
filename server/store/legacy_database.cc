#include "server/store/legacy_database.h"

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/errors/errors.h"
#include "server/store/sqlite_schema.h"

namespace keyward::store {
namespace {

// The module's own words; where the table is there, this writes nothing.
constexpr char kCreateTable[] =
    "CREATE TABLE IF NOT EXISTS encryption_keys "
    "(user_id TEXT PRIMARY KEY, encrypted_key BLOB NOT NULL, created_at TEXT NOT NULL)";

LegacyRow RowOf(const SqliteStatement& row) {
  return {.user_id = row.Bytes(0), .encrypted_key = row.Bytes(1), .created_at = row.Bytes(2)};
}

// A name mistyped must not bring an empty file in, and with it a second key for every user.
absl::Status RequireFile(const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::is_regular_file(path, ignored)) return absl::OkStatus();
  return absl::NotFoundError(
      absl::StrCat("cannot open the legacy database ", path,
                   ": there is no such file (for a new one, make it empty)"));
}

absl::Status RequireTable(SqliteConnection& connection, const std::string& path) {
  const absl::StatusOr<int64_t> tables = connection.QueryInt(
      "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'encryption_keys'");
  if (!tables.ok()) return tables.status();
  if (*tables > 0) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat(path, " is not the Python module's database: it has no table encryption_keys"));
}

absl::StatusOr<std::vector<LegacyRow>> Collect(SqliteStatement& statement) {
  std::vector<LegacyRow> rows;
  absl::StatusOr<bool> row = statement.Step();
  for (; row.ok() && *row; row = statement.Step()) rows.push_back(RowOf(statement));
  if (!row.ok()) return row.status();
  return rows;
}

}  // namespace

absl::StatusOr<std::unique_ptr<LegacyDatabase>> LegacyDatabase::Open(
    LegacyDatabaseOptions options) {
  if (absl::Status file = RequireFile(options.path); !file.ok()) return file;
  std::unique_ptr<LegacyDatabase> database(new LegacyDatabase(std::move(options)));
  const absl::Status connected = database->Connect();
  if (absl::IsUnavailable(connected)) {
    return absl::UnavailableError(absl::StrCat("cannot open the legacy database ",
                                               database->options_.path, ": ", connected.message()));
  }
  if (!connected.ok()) return connected;
  return database;
}

absl::Status LegacyDatabase::Connect() {
  if (connection_ != nullptr && !connection_->NeedsReopen()) return absl::OkStatus();
  for (SqliteStatement* statement : {&find_, &page_, &insert_, &remove_, &begin_, &commit_}) {
    *statement = SqliteStatement();
  }
  connection_.reset();
  const auto access = options_.read_only ? SqliteConnection::Access::kReadOnly
                                         : SqliteConnection::Access::kReadWrite;
  auto opened = SqliteConnection::Open(options_.path, access, options_.busy_timeout);
  if (!opened.ok()) return opened.status();
  const absl::StatusOr<bool> own = IsKeywardFile(**opened);
  if (!own.ok()) return own.status();
  if (*own) {
    return absl::FailedPreconditionError(
        absl::StrCat(options_.path,
                     " is Keyward's own database, not the Python module's: --legacy_db cannot "
                     "name it"));
  }
  const absl::Status table =
      options_.read_only ? RequireTable(**opened, options_.path) : (*opened)->Execute(kCreateTable);
  if (!table.ok()) return table;
  connection_ = *std::move(opened);
  absl::Status prepared = PrepareStatements();
  if (!prepared.ok()) connection_.reset();
  return prepared;
}

absl::Status LegacyDatabase::PrepareStatements() {
  const std::pair<SqliteStatement*, std::string_view> statements[] = {
      {&find_, "SELECT user_id, encrypted_key, created_at FROM encryption_keys WHERE user_id = ?1"},
      {&page_,
       "SELECT user_id, encrypted_key, created_at FROM encryption_keys"
       " WHERE user_id > ?1 AND typeof(user_id) = 'text' ORDER BY user_id LIMIT ?2"},
      {&insert_,
       "INSERT OR IGNORE INTO encryption_keys (user_id, encrypted_key, created_at)"
       " VALUES (?1, ?2, ?3)"},
      {&remove_, "DELETE FROM encryption_keys WHERE user_id = ?1"},
      {&begin_, "BEGIN IMMEDIATE"},
      {&commit_, "COMMIT"},
  };
  for (const auto& [statement, sql] : statements) {
    absl::StatusOr<SqliteStatement> prepared = connection_->Prepare(sql);
    if (!prepared.ok()) return prepared.status();
    *statement = *std::move(prepared);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<LegacyRow>> LegacyDatabase::Find(const std::string& user_id) {
  if (absl::Status connected = Connect(); !connected.ok()) return connected;
  return FindConnected(user_id);
}

absl::StatusOr<std::optional<LegacyRow>> LegacyDatabase::FindConnected(const std::string& user_id) {
  find_.BindText(1, user_id);
  absl::StatusOr<std::vector<LegacyRow>> rows = Collect(find_);
  if (!rows.ok()) return rows.status();
  if (rows->empty()) return std::optional<LegacyRow>();
  return std::optional<LegacyRow>(std::move(rows->front()));
}

absl::StatusOr<std::vector<LegacyRow>> LegacyDatabase::Page(const std::string& after, int limit) {
  if (absl::Status connected = Connect(); !connected.ok()) return connected;
  page_.BindText(1, after);
  page_.BindInt(2, std::max(limit, 0));
  return Collect(page_);
}

absl::StatusOr<std::vector<LegacyInsert>> LegacyDatabase::InsertOrGet(
    const std::vector<LegacyRow>& rows) {
  if (rows.empty()) return std::vector<LegacyInsert>();
  if (absl::Status connected = Connect(); !connected.ok()) return connected;
  absl::StatusOr<std::vector<LegacyInsert>> inserts = Transact(rows);
  if (!inserts.ok()) connection_->Rollback();
  return inserts;
}

absl::Status LegacyDatabase::Remove(const std::vector<std::string>& user_ids) {
  if (user_ids.empty()) return absl::OkStatus();
  if (absl::Status connected = Connect(); !connected.ok()) return connected;
  absl::Status removed = RemoveAll(user_ids);
  if (!removed.ok()) connection_->Rollback();
  // A rollback journal is gone with the commit; in a write-ahead log the pages stay until it is
  // emptied.
  return removed.ok() ? connection_->EmptyLog(options_.busy_timeout) : removed;
}

absl::Status LegacyDatabase::RemoveAll(const std::vector<std::string>& user_ids) {
  absl::Status status = begin_.Run();
  for (size_t i = 0; status.ok() && i < user_ids.size(); ++i) {
    remove_.BindText(1, user_ids[i]);
    status = remove_.Run();
  }
  return status.ok() ? commit_.Run() : status;
}

absl::StatusOr<std::vector<LegacyInsert>> LegacyDatabase::Transact(
    const std::vector<LegacyRow>& rows) {
  if (absl::Status begun = begin_.Run(); !begun.ok()) return begun;
  std::vector<LegacyInsert> inserts;
  for (const LegacyRow& row : rows) {
    absl::StatusOr<LegacyInsert> insert = InsertOrGetOne(row);
    if (!insert.ok()) return insert.status();
    inserts.push_back(*std::move(insert));
  }
  if (absl::Status committed = commit_.Run(); !committed.ok()) return committed;
  return inserts;
}

absl::StatusOr<LegacyInsert> LegacyDatabase::InsertOrGetOne(const LegacyRow& row) {
  insert_.BindText(1, row.user_id);
  insert_.BindBlob(2, row.encrypted_key);
  insert_.BindText(3, row.created_at);
  if (absl::Status inserted = insert_.Run(); !inserted.ok()) return inserted;
  if (connection_->Changes() > 0) return LegacyInsert{row, true};
  absl::StatusOr<std::optional<LegacyRow>> found = FindConnected(row.user_id);
  if (!found.ok()) return found.status();
  if (found->has_value()) return LegacyInsert{**std::move(found), false};
  return errors::StoreUnavailable("the legacy table takes no new rows");
}

}  // namespace keyward::store
