#ifndef KEYWARD_SERVER_STORE_SQLITE_DATABASE_H_
#define KEYWARD_SERVER_STORE_SQLITE_DATABASE_H_

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/store/read_gate.h"
#include "server/store/sqlite_connection.h"
#include "server/store/sqlite_read_session.h"
#include "server/store/sqlite_writer.h"

namespace keyward::store {

// All of a process' connections to its database: the one that writes, those that read, and one that
// keeps the log's index alive. It sees to it that nothing is read that is not on the disk.
//
// SQLite's index of the log stands in memory that connections share, and ends with the last commit
// that was synced. When it is lost, with its last connection or with the process, SQLite makes it
// anew from the log, and takes whatever is whole there for committed, synced or not. So:
// - The log that an earlier process left is made durable before SQLite sees it.
// - One connection stays open for good, so that in this process the index is never made anew.
// - After a sync that failed, of the log or of the database in a checkpoint, the log is made
// durable,
//   and every connection is closed before one is opened: how far the log was copied is forgotten,
//   and all of it is copied, and synced, again. Until then nothing is written.
// - The same is done where a write met something that was opened for reading, for want of
// descriptors:
//   were it the index, a new writer would get it as it is.
// docs/adr/0017-after-a-failed-sync.md tells why.
//
// It also sees to it that keys which were taken away are in no file:
// docs/adr/0021-changes-and-erasure.md.
class SqliteDatabase {
 public:
  // A file that is there, and that this process alone may open. Errors as of SqliteStore::Open.
  static absl::StatusOr<std::unique_ptr<SqliteDatabase>> Open(const std::string& path,
                                                              absl::Duration busy_timeout,
                                                              int readers);

  // For one thread: the writer, opened anew after an error. It is good until the next call.
  absl::StatusOr<SqliteWriter*> Writer();

  // As of SqliteWriter; a writer that is to be opened anew is left alone.
  void CheckpointEvery(int pages);

  // Notes that the next commit takes keys away that no file is to hold any longer.
  void NoteErasure() { is_erasure_due_ = true; }
  // Whether the log may still hold such keys: of this process, or of an earlier one that was
  // killed.
  bool IsErasureDue() const { return is_erasure_due_; }
  // Copies the log into the database and empties it. UNAVAILABLE while a long read holds it back;
  // then it is to be tried again. For the writer's thread.
  absl::Status FinishErasure();

  // Reads what takes long, on a connection of its own; reads of other kinds and writes go on
  // meanwhile. It is ended with an error where everything has to be opened anew. For any thread.
  absl::Status ReadLong(const std::function<absl::Status(SqliteConnection&)>& read);

  // What reader number `reader` sees at one moment, for the scope; for one thread each.
  class Snapshot {
   public:
    Snapshot(SqliteDatabase& database, int reader);
    ~Snapshot();
    Snapshot(const Snapshot&) = delete;
    Snapshot& operator=(const Snapshot&) = delete;

    const absl::StatusOr<SqliteReader*>& reader() const { return reader_; }

   private:
    ReadGate& gate_;
    SqliteReadSession& session_;
    absl::StatusOr<SqliteReader*> reader_;
  };

 private:
  SqliteDatabase(std::string path, absl::Duration busy_timeout, int readers);

  // Makes what an earlier process left durable, once it is sure that the file is ours.
  absl::Status AdoptLog();
  absl::Status OpenWriter();
  // After a failed sync, or where what all connections share was opened for reading.
  absl::Status OpenAllAnew();

  const std::string path_;  // without symbolic links, as SQLite names its log
  const std::string log_path_;
  const absl::Duration busy_timeout_;

  // The writer's thread's own. Destroyed last, so that its connection is the one that empties the
  // log.
  std::unique_ptr<SqliteWriter> writer_;
  bool all_anew_ = false;
  bool is_erasure_due_ = false;
  std::unique_ptr<SqliteConnection> index_keeper_;

  ReadGate long_reads_;
  std::atomic<bool> stop_long_reads_ = false;
  ReadGate gate_;
  std::vector<std::unique_ptr<SqliteReadSession>> sessions_;
};

}  // namespace keyward::store

#endif  // KEYWARD_SERVER_STORE_SQLITE_DATABASE_H_
