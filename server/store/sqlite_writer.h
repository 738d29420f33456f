#ifndef KEYWARD_SERVER_STORE_SQLITE_WRITER_H_
#define KEYWARD_SERVER_STORE_SQLITE_WRITER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/store/key_store.h"
#include "server/store/sqlite_connection.h"
#include "server/store/sqlite_reader.h"

namespace keyward::store {

// The one connection that writes and checkpoints a Keyward database. For one thread at a time.
class SqliteWriter {
 public:
  // Opens a file that is there, checks whose it is and brings its schema up to date.
  static absl::StatusOr<std::unique_ptr<SqliteWriter>> Open(const std::string& path,
                                                            absl::Duration busy_timeout);

  // Stores all in one transaction with one sync, then says, in the order of `users`, what to answer
  // each. One that cannot be stored fails alone; where the engine fails, all of them do, and nothing
  // is stored, unless a sync failed (LostSync): then it shows only later whether it is.
  std::vector<absl::StatusOr<Created>> Store(const std::vector<NewUser>& users);

  // Copies the log into the database once it has grown by `pages` since the last time.
  void CheckpointEvery(int pages);

  // As of SqliteConnection.
  bool NeedsReopen() const { return connection_->NeedsReopen(); }
  bool LostSync() const { return connection_->LostSync(); }
  bool MetReadOnly() const { return connection_->MetReadOnly(); }

 private:
  SqliteWriter(std::unique_ptr<SqliteConnection> connection, SqliteReader reader);

  absl::Status PrepareStatements();
  // SQLite opens a log that it cannot open to write for reading, for want of descriptors too, and tells only
  // who writes. Found out here, that costs no caller a refusal: it is opened anew.
  void TryToBegin();
  // UNAVAILABLE where the transaction has to end; what concerns the row alone is in `result`.
  absl::Status StoreUser(const NewUser& user, absl::StatusOr<Created>& result);
  absl::StatusOr<bool> IsKnown(const std::string& user_id);
  absl::Status Insert(const NewUser& user);
  absl::Status Transact(const std::vector<NewUser>& users,
                        std::vector<absl::StatusOr<Created>>& results);

  const std::unique_ptr<SqliteConnection> connection_;
  SqliteReader reader_;
  SqliteStatement begin_, commit_, is_known_, insert_;
  int pages_at_checkpoint_ = 0;
};

}  // namespace keyward::store

#endif  // KEYWARD_SERVER_STORE_SQLITE_WRITER_H_
