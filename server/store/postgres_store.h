#ifndef KEYWARD_SERVER_STORE_POSTGRES_STORE_H_
#define KEYWARD_SERVER_STORE_POSTGRES_STORE_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/store/calls_in_flight.h"
#include "server/store/key_store.h"
#include "server/store/postgres_feed.h"
#include "server/store/postgres_session.h"
#include "server/store/postgres_standby.h"
#include "server/store/work_queue.h"

namespace keyward::store {

struct PostgresStoreOptions {
  PostgresAddress address;
  // Of each answer. Longer than any that a server gives that works, so that one that is cut off is
  // given up.
  absl::Duration timeout = absl::Seconds(5);
  // Of what looks through all keys, or tidies up after those that were erased.
  absl::Duration long_timeout = absl::Minutes(10);
  // The longest time until another process' change is seen; where the server has notices, they come
  // first.
  absl::Duration between_looks = absl::Milliseconds(250);
  // Whether finds ask a hot standby first; see FindUsers. As many connections more as there are
  // finders.
  bool reads_from_standby = false;
  // Of each answer of a standby; then the primary is asked.
  absl::Duration standby_timeout = absl::Seconds(1);
  // Connections, each with a thread; one more each for long work and for changes.
  int finders = 2;
  int creators = 2;
  int workers = 2;
};

// A KeyStore in PostgreSQL, or an engine that speaks its protocol, which any number of processes
// may share.
//
// Callers' finds that wait are asked for together, and so are creations, which are committed with
// one transaction; statements go in pipelines. What two processes create or change at once is
// decided by the database: the first wins, changes of one user come one after another. A connection
// that breaks is opened anew; until that works calls fail with errors::StoreUnavailable.
//
// Once a key is destroyed and `done` has been called, no query finds its bytes, and the table has
// been vacuumed. The write-ahead log, standbys and pages that were not written to again may hold
// them: docs/OPERATIONS.md.
class PostgresStore : public KeyStore {
 public:
  // Connects, and brings the schema up to date. An error is a full line for the operator;
  // UNAVAILABLE where the database cannot be reached.
  static absl::StatusOr<std::unique_ptr<PostgresStore>> Open(PostgresStoreOptions options);
  ~PostgresStore() override;

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
  // Refused: pg_dump and the engine's own backups are for that.
  void Backup(std::string path, DoneCallback done) override;
  void WatchChanges(ChangeListener listener) override;
  std::optional<StandbyReads> standby_reads() const override;
  std::string_view Kind() const override { return "postgresql"; }

 private:
  struct Find {
    std::vector<std::string> user_ids;
    FindManyCallback done;
  };
  struct Create {
    std::vector<NewUser> users;
    CreateManyCallback done;
  };
  using Task = absl::AnyInvocable<void(PostgresSession&)>;

  explicit PostgresStore(PostgresStoreOptions options);

  // Serves a queue on a thread with a session of its own, `group` items at a time.
  template <typename Item, typename Serve>
  void Start(WorkQueue<Item>& queue, size_t group, absl::Duration timeout, Serve serve);
  static void ServeFinds(PostgresSession& session, PostgresStandby* standby,
                         std::vector<Find> finds);
  static void ServeCreates(PostgresSession& session, std::vector<Create> creates);
  // Queues what asks for one thing.
  template <typename Callback, typename Ask>
  void Work(WorkQueue<Task>& queue, Callback done, Ask ask);
  // Tidies up before `answer`.
  void FinishErasure(absl::AnyInvocable<void(absl::Status)> answer);
  absl::Status Vacuum();

  const PostgresStoreOptions options_;
  CallsInFlight calls_;
  std::unique_ptr<PostgresStandby> standby_;  // null: none is asked
  WorkQueue<Find> finds_;
  WorkQueue<Create> creates_;
  WorkQueue<Task> tasks_;
  WorkQueue<Task> long_tasks_;
  std::vector<std::thread> threads_;
  std::unique_ptr<PostgresFeed> feed_;
};

}  // namespace keyward::store

#endif  // KEYWARD_SERVER_STORE_POSTGRES_STORE_H_
