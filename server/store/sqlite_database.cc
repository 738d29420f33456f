#include "server/store/sqlite_database.h"

#include <unistd.h>

#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/errors/errors.h"
#include "server/store/durable_file.h"
#include "server/store/sqlite_schema.h"

namespace keyward::store {
namespace {

std::string RealPath(const std::string& path) {
  std::error_code error;
  const std::filesystem::path real = std::filesystem::canonical(path, error);
  return error ? path : real.string();
}

// A connection that has read has the log's index mapped, and keeps it so.
absl::StatusOr<std::unique_ptr<SqliteConnection>> KeepIndex(const std::string& path,
                                                            absl::Duration busy_timeout) {
  auto keeper = SqliteConnection::Open(path, SqliteConnection::Access::kReadOnly, busy_timeout);
  if (!keeper.ok()) return keeper.status();
  const absl::StatusOr<int64_t> read = (*keeper)->QueryInt("SELECT count(*) FROM sqlite_schema");
  if (!read.ok()) return read.status();
  return keeper;
}

absl::Status CheckOwner(const std::string& path, absl::Duration busy_timeout) {
  auto connection = SqliteConnection::Open(path, SqliteConnection::Access::kReadOnly, busy_timeout);
  if (!connection.ok()) return connection.status();
  (*connection)->SetCheckpointOnClose(false);
  return CheckSqliteFile(**connection, path);
}

}  // namespace

SqliteDatabase::Snapshot::Snapshot(SqliteDatabase& database, int reader)
    : gate_(database.gate_),
      session_(*database.sessions_[static_cast<size_t>(reader)]),
      reader_((gate_.Enter(), session_.BeginSnapshot())) {}

SqliteDatabase::Snapshot::~Snapshot() {
  session_.EndSnapshot();
  gate_.Leave();
}

SqliteDatabase::SqliteDatabase(std::string path, absl::Duration busy_timeout, int readers)
    : path_(std::move(path)), log_path_(path_ + "-wal"), busy_timeout_(busy_timeout) {
  for (int i = 0; i < readers; ++i) {
    sessions_.push_back(std::make_unique<SqliteReadSession>(path_, busy_timeout_));
  }
}

absl::StatusOr<std::unique_ptr<SqliteDatabase>> SqliteDatabase::Open(const std::string& path,
                                                                     absl::Duration busy_timeout,
                                                                     int readers) {
  std::unique_ptr<SqliteDatabase> database(
      new SqliteDatabase(RealPath(path), busy_timeout, readers));
  absl::Status opened = database->AdoptLog();
  if (opened.ok()) opened = database->OpenWriter();
  if (!opened.ok()) return opened;
  // Where that fails, the next write tries again.
  if (database->IsErasureDue()) database->FinishErasure().IgnoreError();
  return database;
}

absl::Status SqliteDatabase::AdoptLog() {
  if (access(log_path_.c_str(), F_OK) != 0) return absl::OkStatus();
  if (absl::Status ours = CheckOwner(path_, busy_timeout_); !ours.ok()) return ours;
  // Where nothing can be written, what is there is served as it is.
  if (access(log_path_.c_str(), W_OK) != 0) return absl::OkStatus();
  is_erasure_due_ = true;
  return RewriteDurably(log_path_);
}

absl::StatusOr<SqliteWriter*> SqliteDatabase::Writer() {
  if (writer_ != nullptr && !writer_->NeedsReopen()) return writer_.get();
  all_anew_ = all_anew_ || (writer_ != nullptr && (writer_->LostSync() || writer_->MetReadOnly()));
  writer_.reset();
  if (absl::Status opened = all_anew_ ? OpenAllAnew() : OpenWriter(); !opened.ok()) return opened;
  return writer_.get();
}

absl::Status SqliteDatabase::OpenWriter() {
  auto writer = SqliteWriter::Open(path_, busy_timeout_);
  if (!writer.ok()) return writer.status();
  // SQLite syncs the folder of a new log, and passes over it where that fails.
  if (absl::Status synced = SyncFolderOf(path_); !synced.ok()) return synced;
  if (index_keeper_ == nullptr) {
    auto keeper = KeepIndex(path_, busy_timeout_);
    if (!keeper.ok()) return keeper.status();
    index_keeper_ = *std::move(keeper);
  }
  writer_ = *std::move(writer);
  return absl::OkStatus();
}

absl::Status SqliteDatabase::OpenAllAnew() {
  // While this fails, what was synced before is read on.
  if (absl::Status durable = RewriteDurably(log_path_); !durable.ok()) return durable;
  stop_long_reads_ = true;
  const ShutGate no_long_reads(long_reads_);
  stop_long_reads_ = false;
  const ShutGate no_reads(gate_);
  for (const auto& session : sessions_) session->Close();
  index_keeper_.reset();
  all_anew_ = false;
  return OpenWriter();
}

void SqliteDatabase::CheckpointEvery(int pages) {
  if (writer_ != nullptr && !writer_->NeedsReopen()) writer_->CheckpointEvery(pages);
}

absl::Status SqliteDatabase::FinishErasure() {
  const absl::StatusOr<SqliteWriter*> writer = Writer();
  if (!writer.ok()) return writer.status();
  if (!long_reads_.IsEmpty()) return errors::StoreUnavailable("a long read holds the log back");
  // Most is copied while reads go on.
  (*writer)->Checkpoint();
  const ShutGate no_reads(gate_);
  absl::Status emptied = (*writer)->EmptyLog();
  if (emptied.ok()) is_erasure_due_ = false;
  return emptied;
}

absl::Status SqliteDatabase::ReadLong(const std::function<absl::Status(SqliteConnection&)>& read) {
  const PassedGate passed(long_reads_);
  auto connection =
      SqliteConnection::Open(path_, SqliteConnection::Access::kReadOnly, busy_timeout_);
  if (!connection.ok()) return connection.status();
  (*connection)->StopWhen(stop_long_reads_);
  return read(**connection);
}

}  // namespace keyward::store
