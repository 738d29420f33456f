#include "server/store/sqlite_writer.h"

#include <algorithm>
#include <utility>

#include "absl/time/clock.h"
#include "server/errors/errors.h"
#include "server/store/sqlite_schema.h"
#include "server/store/stored_row.h"
#include "server/store/user_change.h"

namespace keyward::store {
namespace {

// Each new user goes to a page of its own among all: with SQLite's 2 MB most of them would be read
// anew.
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

SqliteWriter::SqliteWriter(std::unique_ptr<SqliteConnection> connection, SqliteReader reader,
                           SqliteRows rows)
    : connection_(std::move(connection)), reader_(std::move(reader)), rows_(std::move(rows)) {}

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
  absl::StatusOr<SqliteRows> rows = SqliteRows::Prepare(**connection);
  if (!rows.ok()) return rows.status();
  std::unique_ptr<SqliteWriter> writer(
      new SqliteWriter(*std::move(connection), *std::move(reader), *std::move(rows)));
  if (absl::Status prepared = writer->PrepareStatements(); !prepared.ok()) return prepared;
  writer->TryToBegin();
  return writer;
}

void SqliteWriter::TryToBegin() {
  if (begin_.Run().ok()) connection_->Rollback();
}

absl::Status SqliteWriter::PrepareStatements() {
  const std::pair<SqliteStatement*, std::string_view> statements[] = {{&begin_, "BEGIN IMMEDIATE"},
                                                                      {&commit_, "COMMIT"}};
  for (const auto& [statement, sql] : statements) {
    absl::StatusOr<SqliteStatement> prepared = connection_->Prepare(sql);
    if (!prepared.ok()) return prepared.status();
    *statement = *std::move(prepared);
  }
  return absl::OkStatus();
}

absl::Status SqliteWriter::Begin() {
  erases_ = false;
  if (absl::Status begun = begin_.Run(); !begun.ok()) return begun;
  return retired_keks_.has_value() ? absl::OkStatus() : ReadRetiredKeks();
}

absl::Status SqliteWriter::Commit() {
  // Before the commit: of what is committed only the log is left to be emptied, which the next
  // start does too.
  if (erases_ && !is_free_of_remnants_) {
    if (absl::Status overwritten = connection_->OverwriteRemnants(); !overwritten.ok()) {
      return overwritten;
    }
    is_free_of_remnants_ = true;
  }
  return commit_.Run();
}

void SqliteWriter::Rollback() {
  connection_->Rollback();
  retired_keks_.reset();
}

absl::Status SqliteWriter::ReadRetiredKeks() {
  const absl::StatusOr<std::vector<RetiredKek>> retired = reader_.RetiredKeks();
  if (!retired.ok()) return retired.status();
  retired_keks_.emplace();
  for (const RetiredKek& kek : *retired) retired_keks_->insert(kek.kek_id);
  return absl::OkStatus();
}

absl::Status SqliteWriter::Create(const NewUser& user, absl::StatusOr<Created>& result) {
  result = errors::StoredKeyCorrupt();
  // What could not be read back is never written.
  if (!IsPossibleKey(user.key)) return absl::OkStatus();
  const absl::StatusOr<bool> known = rows_.HasUser(user.user_id);
  if (!known.ok()) return known.status();
  if (!*known && retired_keks_->contains(user.key.kek_id)) {
    result = errors::EncryptionDisabled();
    return absl::OkStatus();
  }
  if (!*known) {
    result = AsStored(user);
    return rows_.InsertVersion(user.user_id, user.key);
  }
  absl::StatusOr<UserKeys> found = reader_.Find(user.user_id);
  if (absl::IsUnavailable(found.status())) return found.status();
  result = found.ok() ? absl::StatusOr<Created>(Created{*std::move(found), false})
                      : absl::StatusOr<Created>(found.status());
  return absl::OkStatus();
}

absl::Status SqliteWriter::Update(const std::string& user_id, const KeyStore::Change& change,
                                  absl::StatusOr<UserKeys>& result) {
  result = reader_.FindAsStored(user_id);
  if (absl::IsUnavailable(result.status())) return result.status();
  if (!result.ok()) return absl::OkStatus();
  absl::StatusOr<std::optional<UserKeys>> next = ChangeUser(*result, change);
  if (next.ok() && !next->has_value()) return absl::OkStatus();
  if (next.ok() && IsUnderRetiredKek(*result, **next, *retired_keks_)) {
    next = errors::EncryptionDisabled();
  }
  if (!next.ok()) {
    result = next.status();
    return absl::OkStatus();
  }
  erases_ = erases_ || TakesKeysAway(*result, **next);
  absl::Status written = WriteChanges(*result, **next);
  result = **std::move(next);
  return written;
}

absl::Status SqliteWriter::WriteChanges(const UserKeys& now, const UserKeys& next) {
  absl::Status written = WriteUser(now, next);
  for (const KeyVersion& key : next.versions) {
    if (!written.ok()) break;
    const KeyVersion* before = FindVersion(now, key.version);
    if (before == nullptr) {
      written = rows_.InsertVersion(now.user_id, key);
    } else if (!(*before == key)) {
      written = rows_.ReplaceVersion(now.user_id, key);
    }
  }
  return written;
}

absl::Status SqliteWriter::WriteUser(const UserKeys& now, const UserKeys& next) {
  const bool is_as_new = IsAsNew(next);
  if (is_as_new == IsAsNew(now) && HaveSameUser(now, next)) return absl::OkStatus();
  return is_as_new ? rows_.DropUser(next.user_id) : rows_.PutUser(next);
}

absl::Status SqliteWriter::RetireKek(const std::string& kek_id, int64_t micros,
                                     absl::Status& result) {
  const absl::StatusOr<bool> needed = rows_.WrapsKeys(kek_id);
  if (!needed.ok()) return needed.status();
  if (*needed) {
    result = errors::KekInUse("keys are wrapped under it");
    return absl::OkStatus();
  }
  // What was wrapped under it before it was rewrapped is to be nowhere either.
  erases_ = true;
  retired_keks_->insert(kek_id);
  return rows_.PutRetiredKek(kek_id, micros);
}

absl::Status SqliteWriter::PutNote(const std::string& name, const std::string& text) {
  return text.empty() ? rows_.DropNote(name) : rows_.PutNote(name, text);
}

void SqliteWriter::CheckpointEvery(int pages) {
  const int now = connection_->LogPages();
  if (now < pages_at_checkpoint_) pages_at_checkpoint_ = 0;  // the log has started from the top
  if (now - pages_at_checkpoint_ >= pages) Checkpoint();
}

void SqliteWriter::Checkpoint() {
  connection_->Checkpoint();
  pages_at_checkpoint_ = connection_->LogPages();
}

absl::Status SqliteWriter::EmptyLog() { return connection_->EmptyLog(absl::ZeroDuration()); }

}  // namespace keyward::store
