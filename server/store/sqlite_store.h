#ifndef KEYWARD_SERVER_STORE_SQLITE_STORE_H_
#define KEYWARD_SERVER_STORE_SQLITE_STORE_H_

#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/store/calls_in_flight.h"
#include "server/store/database_lock.h"
#include "server/store/key_store.h"
#include "server/store/sqlite_database.h"
#include "server/store/sqlite_reader.h"
#include "server/store/task_thread.h"
#include "server/store/work_queue.h"

namespace keyward::store {

struct SqliteStoreOptions {
  std::string path;
  std::string program = "keyward-server";  // told to whoever finds the database locked
  int readers = 2;                         // threads, each with a connection of its own
  // How far the log grows between two checkpoints: 64 MB with pages of 4 KB. Users' ids are spread over
  // the whole file, so that the fewer checkpoints, the more often a page is written but once for many.
  int checkpoint_pages = 16'000;
  // How long a call waits for another program's lock on the file, which only a mistake can bring.
  absl::Duration busy_timeout = absl::Seconds(5);
};

// A KeyStore in a SQLite file in write-ahead mode. It owns the file as long as it lives.
//
// One thread, with the only connection that writes, takes all Creates that wait and stores them in
// one transaction with one sync; no timer delays the first. Another thread answers them, while the next
// are being stored. Reads go to threads with read-only connections, some at a time in one snapshot. After an error of the engine the connection is opened anew
// for the next call, so that the store works again when the cause is gone; SqliteDatabase says what
// more there is to do after a sync that failed.
class SqliteStore : public KeyStore {
 public:
  // Makes the file, with mode 0600, where there is none. Errors are a full line for the operator:
  // the file is in use, another program's, the Python module's, of a newer schema, or cannot be
  // opened. A file that cannot be written opens where its schema is current: it serves reads.
  static absl::StatusOr<std::unique_ptr<SqliteStore>> Open(SqliteStoreOptions options);
  ~SqliteStore() override;

  void FindMany(std::vector<std::string> user_ids, FindManyCallback done) override;
  void CreateMany(std::vector<NewUser> users, CreateManyCallback done) override;
  void Page(std::string after, int limit, PageCallback done) override;
  std::string_view Kind() const override { return "sqlite"; }

 private:
  // Reads, and returns what tells the caller.
  using Read = absl::AnyInvocable<TaskThread::Task(absl::StatusOr<SqliteReader*>)>;
  struct PendingCreate {
    std::vector<NewUser> users;
    CreateManyCallback done;
  };

  SqliteStore(SqliteStoreOptions options, std::unique_ptr<DatabaseLock> lock,
              std::unique_ptr<SqliteDatabase> database);
  void ReadLoop(int reader);
  void WriteLoop();
  void StoreGroup(std::vector<PendingCreate> group);
  void Answer(std::vector<PendingCreate> group, std::vector<absl::StatusOr<Created>> results);

  const SqliteStoreOptions options_;
  const std::unique_ptr<DatabaseLock> lock_;
  const std::unique_ptr<SqliteDatabase> database_;

  CallsInFlight calls_;
  WorkQueue<Read> reads_;
  WorkQueue<PendingCreate> creates_;
  TaskThread answers_;
  std::thread writer_;
  std::vector<std::thread> readers_;
};

}  // namespace keyward::store

#endif  // KEYWARD_SERVER_STORE_SQLITE_STORE_H_
