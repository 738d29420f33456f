#ifndef KEYWARD_SERVER_STORE_SQLITE_CONNECTION_H_
#define KEYWARD_SERVER_STORE_SQLITE_CONNECTION_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

struct sqlite3;
struct sqlite3_stmt;

namespace keyward::store {

class SqliteConnection;

// A prepared statement. Text and blobs are bound without a copy: they must live until Step answered
// false or an error. Rows are read to the end, since an open statement keeps its snapshot, and the
// log of the database, alive.
class SqliteStatement {
 public:
  SqliteStatement() = default;
  ~SqliteStatement();
  SqliteStatement(SqliteStatement&& other) noexcept { *this = std::move(other); }
  SqliteStatement& operator=(SqliteStatement&& other) noexcept;

  // Parameters and columns count as SQLite counts them: from 1 and from 0.
  void BindText(int parameter, std::string_view text);
  void BindBlob(int parameter, std::string_view blob);
  void BindInt(int parameter, int64_t value);

  // True: there is a row. False: there is none left. At the end and after an error the statement is
  // ready to be bound and stepped anew. Errors as of SqliteConnection.
  absl::StatusOr<bool> Step();
  // Steps a statement that gives no rows, or none of interest.
  absl::Status Run();

  bool IsNull(int column) const;
  int64_t Int(int column) const;
  // The bytes of a blob or text.
  std::string Bytes(int column) const;

 private:
  friend class SqliteConnection;
  SqliteStatement(SqliteConnection* connection, sqlite3_stmt* statement)
      : connection_(connection), statement_(statement) {}
  void Bound(int code);

  SqliteConnection* connection_ = nullptr;
  sqlite3_stmt* statement_ = nullptr;
  int bind_error_ = 0;
};

// A connection to a SQLite file, for one thread at a time; it outlives its statements.
//
// Errors: ALREADY_EXISTS for a broken constraint of a single row, else errors::StoreUnavailable
// with SQLite's own words. Neither tells a row's content.
class SqliteConnection {
 public:
  // kFrozen: reads what was committed, in the write-ahead log too, and changes nothing: not the
  // database, not its log, and no file beside them is made. Nobody may write to it meanwhile, since
  // SQLite's own locks, which would need such a file, are not taken. `path` has no symbolic link at
  // its end.
  enum class Access { kReadOnly, kReadWrite, kFrozen };

  // Opens a file that is there; none is ever created. The schema of the file is not trusted,
  // deleted content is overwritten, nothing is mapped into memory, checkpoints are left to the
  // caller, and a commit is on disk when it is answered.
  static absl::StatusOr<std::unique_ptr<SqliteConnection>> Open(const std::string& path,
                                                                Access access,
                                                                absl::Duration busy_timeout);
  ~SqliteConnection();

  SqliteConnection(const SqliteConnection&) = delete;
  SqliteConnection& operator=(const SqliteConnection&) = delete;

  absl::StatusOr<SqliteStatement> Prepare(std::string_view sql);
  // Runs SQL that gives no rows of interest, several statements too.
  absl::Status Execute(const std::string& sql);
  // The single number that a query gives.
  absl::StatusOr<int64_t> QueryInt(std::string_view sql);

  // A statement that runs when `stop` becomes true ends with an error, soon. `stop` outlives the
  // connection.
  void StopWhen(const std::atomic<bool>& stop);
  // Calls `tick` some times a second while a statement runs; not from within it.
  void WhileRunning(std::function<void()> tick);

  // Rows that the last INSERT, UPDATE or DELETE changed.
  int64_t Changes() const;
  // Ends a transaction that failed, where SQLite has not ended it by itself.
  void Rollback();

  // Whether closing as the last connection copies the log into the database, as SQLite does by
  // itself.
  void SetCheckpointOnClose(bool on);
  // How many pages the write-ahead log held after the last commit.
  int LogPages() const { return log_pages_; }
  // Copies the log into the database as far as readers allow. What fails is tried again next time;
  // LostSync tells of a sync that did.
  void Checkpoint();
  // Copies all of it, and leaves the log empty, on the disk too. Waits so long for those who read;
  // then it is UNAVAILABLE. Without a write-ahead log there is nothing to do.
  absl::Status EmptyLog(absl::Duration wait);

  // Overwrites what page_remnants.h tells of in the whole file; what is written later has none.
  // Within a transaction that writes, where checkpoints are this connection's alone.
  absl::Status OverwriteRemnants();

  // Whether an error came that a new connection may not meet: the file was read-only or unreadable.
  bool NeedsReopen() const { return needs_reopen_; }
  // Whether a sync failed, so that nobody can tell what of the latest writes is on the disk.
  bool LostSync() const { return lost_sync_; }
  // Whether something could not be written to that was opened for reading, as the
  // log's index may be, which all connections share.
  bool MetReadOnly() const { return met_read_only_; }

 private:
  friend class SqliteStatement;
  SqliteConnection(sqlite3* database, absl::Duration busy_timeout)
      : database_(database), busy_timeout_(busy_timeout) {}
  void SetBusyTimeout(absl::Duration timeout);
  int SyncLog();
  absl::Status Error(int code);

  sqlite3* const database_;
  const absl::Duration busy_timeout_;
  std::function<void()> tick_;
  int log_pages_ = 0;
  bool needs_reopen_ = false;
  bool lost_sync_ = false;
  bool met_read_only_ = false;
};

}  // namespace keyward::store

#endif  // KEYWARD_SERVER_STORE_SQLITE_CONNECTION_H_
