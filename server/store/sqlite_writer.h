#ifndef KEYWARD_SERVER_STORE_SQLITE_WRITER_H_
#define KEYWARD_SERVER_STORE_SQLITE_WRITER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/store/key_store.h"
#include "server/store/sqlite_connection.h"
#include "server/store/sqlite_reader.h"
#include "server/store/sqlite_rows.h"

namespace keyward::store {

// The one connection that writes and checkpoints a Keyward database. For one thread at a time.
class SqliteWriter {
 public:
  // Opens a file that is there, checks whose it is and brings its schema up to date.
  static absl::StatusOr<std::unique_ptr<SqliteWriter>> Open(const std::string& path,
                                                            absl::Duration busy_timeout);

  // A transaction: all that is done between the two is made durable with one sync, or nothing is,
  // unless a sync failed (LostSync): then it shows only later. After an error it is to be rolled
  // back.
  absl::Status Begin();
  absl::Status Commit();
  void Rollback();

  // Within a transaction. UNAVAILABLE where that has to end; what concerns the call alone is in
  // `result`.
  absl::Status Create(const NewUser& user, absl::StatusOr<Created>& result);
  absl::Status Update(const std::string& user_id, const KeyStore::Change& change,
                      absl::StatusOr<UserKeys>& result);
  absl::Status RetireKek(const std::string& kek_id, int64_t micros, absl::Status& result);
  absl::Status PutNote(const std::string& name, const std::string& text);

  // Whether the transaction takes keys away that are to be in no file once it is committed.
  bool Erases() const { return erases_; }

  // Copies the log into the database once it has grown by `pages` since the last time.
  void CheckpointEvery(int pages);
  // Copies it now, as far as readers allow.
  void Checkpoint();
  // Copies the rest and empties the log; UNAVAILABLE where somebody reads it.
  absl::Status EmptyLog();

  // As of SqliteConnection.
  bool NeedsReopen() const { return connection_->NeedsReopen(); }
  bool LostSync() const { return connection_->LostSync(); }
  bool MetReadOnly() const { return connection_->MetReadOnly(); }

 private:
  SqliteWriter(std::unique_ptr<SqliteConnection> connection, SqliteReader reader, SqliteRows rows);

  absl::Status PrepareStatements();
  // SQLite opens a log that it cannot open to write for reading, for want of descriptors too, and
  // tells only who writes. Found out here, that costs no caller a refusal: it is opened anew.
  void TryToBegin();
  absl::Status ReadRetiredKeks();
  // What of `next` is not stored as in `now` is written.
  absl::Status WriteChanges(const UserKeys& now, const UserKeys& next);
  absl::Status WriteUser(const UserKeys& now, const UserKeys& next);

  const std::unique_ptr<SqliteConnection> connection_;
  SqliteReader reader_;
  SqliteRows rows_;
  SqliteStatement begin_, commit_;
  // As stored, and by the transaction; nullopt where they are to be read first.
  std::optional<std::set<std::string>> retired_keks_;
  bool erases_ = false;
  bool is_free_of_remnants_ = false;  // the whole file, since the first transaction that erases
  int pages_at_checkpoint_ = 0;
};

}  // namespace keyward::store

#endif  // KEYWARD_SERVER_STORE_SQLITE_WRITER_H_
