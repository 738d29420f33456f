#ifndef KEYWARD_SERVER_STORE_SQLITE_STORE_H_
#define KEYWARD_SERVER_STORE_SQLITE_STORE_H_

#include <chrono>
#include <cstdint>
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
#include "server/store/sqlite_write.h"
#include "server/store/task_thread.h"
#include "server/store/work_queue.h"

namespace keyward::store {

struct SqliteStoreOptions {
  std::string path;
  std::string program = "keyward-server";  // told to whoever finds the database locked
  int readers = 2;                         // threads, each with a connection of its own
  // How far the log grows between two checkpoints: 64 MB with pages of 4 KB. Users' ids are spread
  // over the whole file, so that the fewer checkpoints, the more often a page is written but once
  // for many.
  int checkpoint_pages = 16'000;
  // How long a call waits for another program's lock on the file, which only a mistake can bring.
  absl::Duration busy_timeout = absl::Seconds(5);
  // How long a caller whose change erases keys waits for a backup, or for whoever else holds the
  // log back.
  absl::Duration erasure_timeout = absl::Seconds(20);
};

// A KeyStore in a SQLite file in write-ahead mode. It owns the file as long as it lives.
//
// One thread, with the only connection that writes, takes all calls that wait to be written and
// stores them, in their order, in one transaction with one sync; no timer delays the first. Another
// thread answers them, while the next are being stored. Those whose keys were erased are answered
// once the log is empty; while a backup holds that back others are stored and answered. Reads go to
// threads with read-only connections, some at a time in one snapshot. After an error of the engine
// the connection is opened anew for the next call, so that the store works again when the cause is
// gone; SqliteDatabase says what more there is to do after a sync that failed.
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
  void FindAsStored(std::string user_id, FindCallback done) override;
  void PageAsStored(std::string after, int limit, PageCallback done) override;
  void UpdateMany(std::vector<std::string> user_ids, Change change,
                  UpdateManyCallback done) override;
  void FindDueForPurge(int64_t micros, int limit, IdsCallback done) override;
  void CountByKek(KekUseCallback done) override;
  void RetireKek(std::string kek_id, int64_t micros, DoneCallback done) override;
  void ListRetiredKeks(RetiredKeksCallback done) override;
  void PutNote(std::string name, std::string text, DoneCallback done) override;
  void GetNote(std::string name, NoteCallback done) override;
  void Backup(std::string path, DoneCallback done) override;
  std::string_view Kind() const override { return "sqlite"; }

 private:
  // Reads, and returns what tells the caller.
  using Read = absl::AnyInvocable<TaskThread::Task(absl::StatusOr<SqliteReader*>)>;
  using Writes = std::vector<std::unique_ptr<SqliteWrite>>;

  SqliteStore(SqliteStoreOptions options, std::unique_ptr<DatabaseLock> lock,
              std::unique_ptr<SqliteDatabase> database);
  void ReadLoop(int reader);
  // Queues a read of one value.
  template <typename Callback, typename Query>
  void ReadOne(Callback done, Query query);
  void WriteLoop();
  void StoreGroup(Writes group);
  absl::Status Transact(Writes& group);
  void Answer(Writes group, absl::Status outcome);
  // Answers those who wait for an erasure, where it is done or has taken too long.
  void FinishErasure();

  const SqliteStoreOptions options_;
  const std::unique_ptr<DatabaseLock> lock_;
  const std::unique_ptr<SqliteDatabase> database_;

  CallsInFlight calls_;
  WorkQueue<Read> reads_;
  WorkQueue<std::unique_ptr<SqliteWrite>> writes_;
  TaskThread answers_;
  TaskThread long_reads_;
  // The writer's thread's own: committed, and answered when no file holds what they erased.
  Writes erasing_;
  std::chrono::steady_clock::time_point give_up_;
  std::thread writer_;
  std::vector<std::thread> readers_;
};

}  // namespace keyward::store

#endif  // KEYWARD_SERVER_STORE_SQLITE_STORE_H_
