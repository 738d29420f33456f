#include "server/store/sqlite_connection.h"

#include <sqlite3.h>

#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "server/errors/errors.h"
#include "server/store/page_remnants.h"

namespace keyward::store {
namespace {

// synchronous: EXTRA is FULL with a write-ahead log, and syncs the folder too with a rollback
// journal, as the Python module's file has. secure_delete: what is shredded later must be gone from
// the pages. cell_size_check: a damaged page is an error rather than a wrong row.
constexpr char kSettings[] =
    "PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON; PRAGMA synchronous=EXTRA;"
    "PRAGMA mmap_size=0; PRAGMA wal_autocheckpoint=0; PRAGMA secure_delete=ON;";

int RememberLogPages(void* log_pages, sqlite3*, const char*, int pages) {
  *static_cast<int*>(log_pages) = pages;
  return SQLITE_OK;
}

// How a file is opened.
struct Way {
  std::string name;
  int flags;
  const char* vfs = nullptr;
  const char* before_all = "";
};

bool HasLog(const std::string& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path + "-wal", error);
  return !error && size > 0;
}

std::string Uri(const std::string& path, std::string_view parameters) {
  std::string uri = "file:";
  for (const char byte : path) {
    const bool plain = absl::ascii_isalnum(static_cast<unsigned char>(byte)) || byte == '/';
    absl::StrAppend(&uri, plain ? std::string(1, byte)
                                : absl::StrCat("%", absl::BytesToHexString(std::string(1, byte))));
  }
  return uri.append(parameters);
}

// A read-only connection in the ordinary way makes a -shm file, and one that is "immutable" does
// not see the log. One that has the file to itself keeps the log's index in its own memory; that
// takes a lock which a read-only file cannot have, and so a VFS without locks.
Way WayOf(const std::string& path, SqliteConnection::Access access) {
  switch (access) {
    case SqliteConnection::Access::kReadOnly:
      return {path, SQLITE_OPEN_READONLY, RemnantFreeVfs()};  // it may write a backup
    case SqliteConnection::Access::kReadWrite:
      return {path, SQLITE_OPEN_READWRITE, RemnantFreeVfs()};
    case SqliteConnection::Access::kFrozen:
      break;
  }
  if (HasLog(path)) {
    return {path, SQLITE_OPEN_READONLY, "unix-none", "PRAGMA locking_mode=EXCLUSIVE"};
  }
  return {Uri(path, "?immutable=1"), SQLITE_OPEN_READONLY | SQLITE_OPEN_URI};
}

int Tick(void* tick) {
  (*static_cast<std::function<void()>*>(tick))();
  return 0;
}

int IsSet(void* stop) { return *static_cast<const std::atomic<bool>*>(stop) ? 1 : 0; }

// How many instructions of SQLite's machine pass between two looks at how things are.
constexpr int kInstructions = 100'000;

bool MayPassWithNewConnection(int primary_code) {
  switch (primary_code) {
    case SQLITE_BUSY:
    case SQLITE_FULL:
    case SQLITE_NOMEM:
      return false;
    default:
      return true;
  }
}

}  // namespace

SqliteStatement::~SqliteStatement() { sqlite3_finalize(statement_); }

SqliteStatement& SqliteStatement::operator=(SqliteStatement&& other) noexcept {
  std::swap(connection_, other.connection_);
  std::swap(statement_, other.statement_);
  std::swap(bind_error_, other.bind_error_);
  return *this;
}

void SqliteStatement::Bound(int code) {
  if (bind_error_ == SQLITE_OK) bind_error_ = code;
}

void SqliteStatement::BindText(int parameter, std::string_view text) {
  Bound(sqlite3_bind_text64(statement_, parameter, text.data(), text.size(), SQLITE_STATIC,
                            SQLITE_UTF8));
}

void SqliteStatement::BindBlob(int parameter, std::string_view blob) {
  Bound(sqlite3_bind_blob64(statement_, parameter, blob.data(), blob.size(), SQLITE_STATIC));
}

void SqliteStatement::BindInt(int parameter, int64_t value) {
  Bound(sqlite3_bind_int64(statement_, parameter, value));
}

absl::StatusOr<bool> SqliteStatement::Step() {
  const int bind_error = std::exchange(bind_error_, SQLITE_OK);
  const int code = bind_error == SQLITE_OK ? sqlite3_step(statement_) : bind_error;
  if (code == SQLITE_ROW) return true;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
  if (code == SQLITE_DONE) return false;
  return connection_->Error(code);
}

absl::Status SqliteStatement::Run() {
  absl::StatusOr<bool> row = true;
  while (row.ok() && *row) row = Step();
  return row.status();
}

bool SqliteStatement::IsNull(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

int64_t SqliteStatement::Int(int column) const { return sqlite3_column_int64(statement_, column); }

std::string SqliteStatement::Bytes(int column) const {
  const void* bytes = sqlite3_column_blob(statement_, column);
  const int size = sqlite3_column_bytes(statement_, column);
  return bytes == nullptr ? std::string() : std::string(static_cast<const char*>(bytes), size);
}

absl::StatusOr<std::unique_ptr<SqliteConnection>> SqliteConnection::Open(
    const std::string& path, Access access, absl::Duration busy_timeout) {
  const Way way = WayOf(path, access);
  sqlite3* database = nullptr;
  const int code =
      sqlite3_open_v2(way.name.c_str(), &database,
                      way.flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, way.vfs);
  std::unique_ptr<SqliteConnection> connection(new SqliteConnection(database, busy_timeout));
  if (code != SQLITE_OK) return connection->Error(code);
  connection->SetBusyTimeout(busy_timeout);
  sqlite3_db_config(database, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  if (access == Access::kFrozen) connection->SetCheckpointOnClose(false);
  const absl::Status set = connection->Execute(absl::StrCat(way.before_all, ";", kSettings));
  if (!set.ok()) return set;
  // SQLite opens what it cannot open to write for reading: for want of descriptors too.
  connection->needs_reopen_ =
      access == Access::kReadWrite && sqlite3_db_readonly(database, "main") == 1;
  sqlite3_wal_hook(database, RememberLogPages, &connection->log_pages_);
  return connection;
}

SqliteConnection::~SqliteConnection() { sqlite3_close(database_); }

absl::StatusOr<SqliteStatement> SqliteConnection::Prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(database_, sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) return Error(code);
  return SqliteStatement(this, statement);
}

absl::Status SqliteConnection::Execute(const std::string& sql) {
  const int code = sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, nullptr);
  return code == SQLITE_OK ? absl::OkStatus() : Error(code);
}

absl::StatusOr<int64_t> SqliteConnection::QueryInt(std::string_view sql) {
  absl::StatusOr<SqliteStatement> statement = Prepare(sql);
  if (!statement.ok()) return statement.status();
  absl::StatusOr<bool> row = statement->Step();
  if (!row.ok()) return row.status();
  return *row ? statement->Int(0) : 0;
}

void SqliteConnection::WhileRunning(std::function<void()> tick) {
  tick_ = std::move(tick);
  sqlite3_progress_handler(database_, tick_ ? kInstructions : 0, Tick, &tick_);
}

void SqliteConnection::StopWhen(const std::atomic<bool>& stop) {
  sqlite3_progress_handler(database_, kInstructions, IsSet, const_cast<std::atomic<bool>*>(&stop));
}

int64_t SqliteConnection::Changes() const { return sqlite3_changes64(database_); }

void SqliteConnection::Rollback() {
  if (sqlite3_get_autocommit(database_) != 0) return;
  if (sqlite3_exec(database_, "ROLLBACK", nullptr, nullptr, nullptr) != SQLITE_OK) {
    needs_reopen_ = true;
  }
}

void SqliteConnection::SetCheckpointOnClose(bool on) {
  sqlite3_db_config(database_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, on ? 0 : 1, nullptr);
}

void SqliteConnection::Checkpoint() {
  const int code =
      sqlite3_wal_checkpoint_v2(database_, nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  if (code != SQLITE_OK) Error(code).IgnoreError();
}

absl::Status SqliteConnection::EmptyLog(absl::Duration wait) {
  SetBusyTimeout(wait);
  int code =
      sqlite3_wal_checkpoint_v2(database_, nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  SetBusyTimeout(busy_timeout_);
  if (code == SQLITE_OK) code = SyncLog();
  return code == SQLITE_OK ? absl::OkStatus() : Error(code);
}

absl::Status SqliteConnection::OverwriteRemnants() {
  sqlite3_file* file = nullptr;
  sqlite3_file_control(database_, "main", SQLITE_FCNTL_FILE_POINTER, &file);
  const absl::StatusOr<int64_t> page_size = QueryInt("PRAGMA page_size");
  if (!page_size.ok()) return page_size.status();
  const int code = store::OverwriteRemnants(file, static_cast<int>(*page_size));
  return code == SQLITE_OK ? absl::OkStatus() : Error(code);
}

void SqliteConnection::SetBusyTimeout(absl::Duration timeout) {
  sqlite3_busy_timeout(database_, static_cast<int>(absl::ToInt64Milliseconds(timeout)));
}

// SQLite leaves it to the next commit to make the log's new length durable.
int SqliteConnection::SyncLog() {
  sqlite3_file* log = nullptr;
  sqlite3_file_control(database_, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
  if (log == nullptr || log->pMethods == nullptr) return SQLITE_OK;
  return log->pMethods->xSync(log, SQLITE_SYNC_FULL);
}

absl::Status SqliteConnection::Error(int code) {
  const int primary = code & 0xff;
  if (primary == SQLITE_CONSTRAINT) return absl::AlreadyExistsError(sqlite3_errstr(code));
  lost_sync_ = lost_sync_ || code == SQLITE_IOERR_FSYNC || code == SQLITE_IOERR_DIR_FSYNC;
  met_read_only_ = met_read_only_ || primary == SQLITE_READONLY;
  needs_reopen_ = needs_reopen_ || MayPassWithNewConnection(primary);
  return errors::StoreUnavailable(absl::StrCat(sqlite3_errstr(primary), " (SQLite ", code, ")"));
}

}  // namespace keyward::store
