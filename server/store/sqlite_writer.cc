#include "server/store/sqlite_writer.h"

#include <utility>

#include "absl/time/clock.h"
#include "server/errors/errors.h"
#include "server/store/sqlite_schema.h"
#include "server/store/stored_row.h"

namespace keyward::store {
namespace {

// Each new user goes to a page of its own among all: with SQLite's 2 MB most of them would be read anew.
constexpr char kPageCache[] = "PRAGMA cache_size=-16384";  // KiB

// Switches to the write-ahead log; a file that is in it already is not written to.
absl::Status UseLog(SqliteConnection& connection) {
  absl::StatusOr<SqliteStatement> mode = connection.Prepare("PRAGMA journal_mode=WAL");
  if (!mode.ok()) return mode.status();
  const absl::StatusOr<bool> row = mode->Step();
  if (!row.ok()) return row.status();
  if (mode->Bytes(0) == "wal") return absl::OkStatus();
  return errors::StoreUnavailable("this file system cannot hold a write-ahead log");
}

Created AsStored(const NewUser& user) {
  Created created;
  created.created = true;
  created.keys.user_id = user.user_id;
  created.keys.primary_version = user.key.version;
  created.keys.versions.push_back(user.key);
  return created;
}

}  // namespace

SqliteWriter::SqliteWriter(std::unique_ptr<SqliteConnection> connection, SqliteReader reader)
    : connection_(std::move(connection)), reader_(std::move(reader)) {}

absl::StatusOr<std::unique_ptr<SqliteWriter>> SqliteWriter::Open(const std::string& path,
                                                                 absl::Duration busy_timeout) {
  auto connection =
      SqliteConnection::Open(path, SqliteConnection::Access::kReadWrite, busy_timeout);
  if (!connection.ok()) return connection.status();
  // A file that turns out not to be ours is left exactly as it is.
  (*connection)->SetCheckpointOnClose(false);
  absl::Status ready = CheckSqliteFile(**connection, path);
  if (ready.ok()) ready = UseLog(**connection);
  if (ready.ok()) ready = MigrateSqliteSchema(**connection, absl::Now());
  if (ready.ok()) ready = (*connection)->Execute(kPageCache);
  if (!ready.ok()) return ready;
  (*connection)->SetCheckpointOnClose(true);

  absl::StatusOr<SqliteReader> reader = SqliteReader::Prepare(**connection);
  if (!reader.ok()) return reader.status();
  std::unique_ptr<SqliteWriter> writer(
      new SqliteWriter(*std::move(connection), *std::move(reader)));
  if (absl::Status prepared = writer->PrepareStatements(); !prepared.ok()) return prepared;
  writer->TryToBegin();
  return writer;
}

void SqliteWriter::TryToBegin() {
  if (begin_.Run().ok()) connection_->Rollback();
}

absl::Status SqliteWriter::PrepareStatements() {
  const std::pair<SqliteStatement*, std::string_view> statements[] = {
      {&begin_, "BEGIN IMMEDIATE"},
      {&commit_, "COMMIT"},
      {&is_known_,
       "SELECT EXISTS (SELECT 1 FROM user_keys WHERE user_id = ?1)"
       " OR EXISTS (SELECT 1 FROM users WHERE user_id = ?1)"},
      {&insert_,
       "INSERT INTO user_keys (user_id, version, kek_id, wrap_format, wrapped_key, state,"
       " created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"},
  };
  for (const auto& [statement, sql] : statements) {
    absl::StatusOr<SqliteStatement> prepared = connection_->Prepare(sql);
    if (!prepared.ok()) return prepared.status();
    *statement = *std::move(prepared);
  }
  return absl::OkStatus();
}

std::vector<absl::StatusOr<Created>> SqliteWriter::Store(const std::vector<NewUser>& users) {
  std::vector<absl::StatusOr<Created>> results(users.size());
  const absl::Status done = Transact(users, results);
  if (!done.ok()) {
    connection_->Rollback();
    results.assign(users.size(), done);
  }
  return results;
}

absl::Status SqliteWriter::Transact(const std::vector<NewUser>& users,
                                    std::vector<absl::StatusOr<Created>>& results) {
  absl::Status done = begin_.Run();
  for (size_t i = 0; done.ok() && i < users.size(); ++i) done = StoreUser(users[i], results[i]);
  return done.ok() ? commit_.Run() : done;
}

absl::Status SqliteWriter::StoreUser(const NewUser& user, absl::StatusOr<Created>& result) {
  result = errors::StoredKeyCorrupt();
  // What could not be read back is never written.
  if (!IsPossibleKey(user.key)) return absl::OkStatus();
  const absl::StatusOr<bool> known = IsKnown(user.user_id);
  if (!known.ok()) return known.status();
  if (!*known) {
    result = AsStored(user);
    return Insert(user);
  }
  absl::StatusOr<UserKeys> found = reader_.Find(user.user_id);
  if (absl::IsUnavailable(found.status())) return found.status();
  result = found.ok() ? absl::StatusOr<Created>(Created{*std::move(found), false})
                      : absl::StatusOr<Created>(found.status());
  return absl::OkStatus();
}

absl::StatusOr<bool> SqliteWriter::IsKnown(const std::string& user_id) {
  is_known_.BindText(1, user_id);
  absl::StatusOr<bool> row = is_known_.Step();
  bool known = false;
  for (; row.ok() && *row; row = is_known_.Step()) known = is_known_.Int(0) != 0;
  if (!row.ok()) return row.status();
  return known;
}

absl::Status SqliteWriter::Insert(const NewUser& user) {
  const KeyVersion& key = user.key;
  insert_.BindText(1, user.user_id);
  insert_.BindInt(2, key.version);
  insert_.BindBlob(3, key.kek_id);
  insert_.BindInt(4, key.wrap_format);
  insert_.BindBlob(5, key.wrapped_key);
  insert_.BindInt(6, static_cast<int>(key.state));
  insert_.BindInt(7, key.created_at_micros);
  return insert_.Run();
}

void SqliteWriter::CheckpointEvery(int pages) {
  const int now = connection_->LogPages();
  if (now < pages_at_checkpoint_) pages_at_checkpoint_ = 0;  // the log has started from the top
  if (now - pages_at_checkpoint_ < pages) return;
  connection_->Checkpoint();
  pages_at_checkpoint_ = now;
}

}  // namespace keyward::store
