#include "server/store/postgres_store.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/errors/errors.h"
#include "server/store/postgres_create.h"
#include "server/store/postgres_find.h"
#include "server/store/postgres_rows.h"
#include "server/store/postgres_statements.h"
#include "server/store/postgres_update.h"
#include "server/store/stored_row.h"

namespace keyward::store {
namespace {

// How many calls share a statement, or a transaction.
constexpr size_t kCallsAtOnce = 256;

template <typename Item, typename ItemOf>
absl::StatusOr<std::vector<Item>> Items(const absl::StatusOr<PostgresResult>& rows,
                                        const ItemOf& item_of) {
  if (!rows.ok()) return rows.status();
  std::vector<Item> items;
  for (int row = 0; row < rows->rows(); ++row) items.push_back(item_of(*rows, row));
  return items;
}

}  // namespace

absl::StatusOr<std::unique_ptr<PostgresStore>> PostgresStore::Open(PostgresStoreOptions options) {
  PostgresSession session(options.address, options.timeout);
  const absl::Status connected = session.Connect();
  if (absl::IsUnavailable(connected)) {
    return absl::UnavailableError(absl::StrCat("cannot open the database: ", connected.message()));
  }
  if (!connected.ok()) return connected;
  return std::unique_ptr<PostgresStore>(new PostgresStore(std::move(options)));
}

PostgresStore::PostgresStore(PostgresStoreOptions options) : options_(std::move(options)) {
  if (options_.reads_from_standby) {
    standby_ = std::make_unique<PostgresStandby>(options_.address, options_.standby_timeout,
                                                 options_.finders);
  }
  for (int i = 0; i < options_.finders; ++i) {
    Start(finds_, kCallsAtOnce, options_.timeout,
          [standby = standby_.get()](PostgresSession& session, std::vector<Find> finds) {
            ServeFinds(session, standby, std::move(finds));
          });
  }
  for (int i = 0; i < options_.creators; ++i) {
    Start(creates_, kCallsAtOnce, options_.timeout, ServeCreates);
  }
  const auto run = [](PostgresSession& session, std::vector<Task> tasks) {
    for (Task& task : tasks) task(session);
  };
  for (int i = 0; i < options_.workers; ++i) Start(tasks_, 1, options_.timeout, run);
  Start(long_tasks_, 1, options_.long_timeout, run);
}

PostgresStore::~PostgresStore() {
  calls_.WaitForNone();
  feed_.reset();
  finds_.Close();
  creates_.Close();
  tasks_.Close();
  long_tasks_.Close();
  for (std::thread& thread : threads_) thread.join();
}

template <typename Item, typename Serve>
void PostgresStore::Start(WorkQueue<Item>& queue, size_t group, absl::Duration timeout,
                          Serve serve) {
  threads_.emplace_back([this, &queue, group, timeout, serve] {
    PostgresSession session(options_.address, timeout);
    while (true) {
      std::vector<Item> items = queue.TakeAll(group);
      if (items.empty()) return;
      serve(session, std::move(items));
    }
  });
}

template <typename Callback, typename Ask>
void PostgresStore::Work(WorkQueue<Task>& queue, Callback done, Ask ask) {
  queue.Push([done = calls_.Track(std::move(done)),
              ask = std::move(ask)](PostgresSession& session) mutable { done(ask(session)); });
}

void PostgresStore::FindMany(std::vector<std::string> user_ids, FindManyCallback done) {
  finds_.Push({std::move(user_ids), calls_.Track(std::move(done))});
}

void PostgresStore::ServeFinds(PostgresSession& session, PostgresStandby* standby,
                               std::vector<Find> finds) {
  std::vector<std::vector<std::string>> calls;
  for (Find& find : finds) calls.push_back(std::move(find.user_ids));
  auto answers = FindUsers(session, standby, calls);
  for (size_t i = 0; i < finds.size(); ++i) finds[i].done(std::move(answers[i]));
}

std::optional<KeyStore::StandbyReads> PostgresStore::standby_reads() const {
  if (standby_ == nullptr) return std::nullopt;
  return standby_->reads();
}

void PostgresStore::CreateMany(std::vector<NewUser> users, CreateManyCallback done) {
  creates_.Push({std::move(users), calls_.Track(std::move(done))});
}

void PostgresStore::ServeCreates(PostgresSession& session, std::vector<Create> creates) {
  std::vector<const NewUser*> users;
  for (const Create& create : creates) {
    for (const NewUser& user : create.users) users.push_back(&user);
  }
  std::vector<absl::StatusOr<Created>> all = CreateUsers(session, users);
  auto next = all.begin();
  for (Create& create : creates) {
    const auto end = next + static_cast<std::ptrdiff_t>(create.users.size());
    create.done({std::make_move_iterator(next), std::make_move_iterator(end)});
    next = end;
  }
}

void PostgresStore::UpdateMany(std::vector<std::string> user_ids, Change change,
                               UpdateManyCallback done) {
  tasks_.Push([this, user_ids = std::move(user_ids), change = std::move(change),
               done = calls_.Track(std::move(done))](PostgresSession& session) mutable {
    PostgresUpdate update = UpdateUsers(session, user_ids, change);
    if (!update.erases) return done(std::move(update.results));
    FinishErasure(
        [results = std::move(update.results), done = std::move(done)](absl::Status erased) mutable {
          for (auto& user : results) {
            if (!erased.ok() && user.ok()) user = erased;
          }
          done(std::move(results));
        });
  });
}

void PostgresStore::RetireKek(std::string kek_id, int64_t micros, DoneCallback done) {
  long_tasks_.Push([this, kek_id = std::move(kek_id), micros,
                    done = calls_.Track(std::move(done))](PostgresSession& session) mutable {
    absl::Status retired = RetireMasterKey(session, kek_id, micros);
    if (!retired.ok()) return done(std::move(retired));
    FinishErasure(std::move(done));
  });
}

void PostgresStore::FinishErasure(absl::AnyInvocable<void(absl::Status)> answer) {
  long_tasks_.Push(
      [this, answer = std::move(answer)](PostgresSession&) mutable { answer(Vacuum()); });
}

absl::Status PostgresStore::Vacuum() {
  const auto connection = PostgresConnection::Open(options_.address, options_.long_timeout);
  if (!connection.ok()) return connection.status();
  const auto engine = (*connection)->Execute("SELECT version()");
  if (!engine.ok()) return engine.status();
  // CockroachDB collects what is dead by itself.
  if (engine->rows() == 1 && engine->Bytes(0, 0).starts_with("CockroachDB"))
    return absl::OkStatus();
  return (*connection)->Execute("VACUUM user_keys").status();
}

void PostgresStore::FindAsStored(std::string user_id, FindCallback done) {
  Work(tasks_, std::move(done),
       [user_id = std::move(user_id)](PostgresSession& session) -> absl::StatusOr<UserKeys> {
         if (!IsStorableText(user_id)) return errors::UserKeyNotFound();
         auto found = session.FindAsStored({user_id});
         if (!found.ok()) return found.status();
         if (found->empty()) return errors::UserKeyNotFound();
         return std::move(found->front());
       });
}

void PostgresStore::PageAsStored(std::string after, int limit, PageCallback done) {
  Work(tasks_, std::move(done), [after = std::move(after), limit](PostgresSession& session) {
    return session.PageAsStored(after, limit);
  });
}

void PostgresStore::Page(std::string after, int limit, PageCallback done) {
  PageAsStored(std::move(after), limit, [done = std::move(done)](auto page) mutable {
    if (page.ok()) std::for_each(page->begin(), page->end(), DropImpossibleKeys);
    done(std::move(page));
  });
}

void PostgresStore::FindDueForPurge(int64_t micros, int limit, IdsCallback done) {
  Work(tasks_, std::move(done), [micros, limit](PostgresSession& session) {
    return Items<std::string>(
        session.Run(sql::kDueForPurge, PostgresParams().Int(micros).Int(std::max(limit, 0))),
        [](const PostgresResult& rows, int row) { return rows.Bytes(row, 0); });
  });
}

void PostgresStore::CountByKek(KekUseCallback done) {
  Work(long_tasks_, std::move(done), [](PostgresSession& session) {
    return Items<KekUse>(session.Run(sql::kCountByKek), [](const PostgresResult& rows, int row) {
      return KekUse{rows.Bytes(row, 0), rows.Int(row, 1)};
    });
  });
}

void PostgresStore::ListRetiredKeks(RetiredKeksCallback done) {
  Work(tasks_, std::move(done), [](PostgresSession& session) {
    return Items<RetiredKek>(session.Run(sql::kRetiredKeks),
                             [](const PostgresResult& rows, int row) {
                               return RetiredKek{rows.Bytes(row, 0), rows.Int(row, 1)};
                             });
  });
}

void PostgresStore::PutNote(std::string name, std::string text, DoneCallback done) {
  Work(tasks_, std::move(done),
       [name = std::move(name), text = std::move(text)](PostgresSession& session) {
         const PostgresParams key = PostgresParams().Text(name);
         return text.empty() ? session.Run(sql::kDropNote, key).status()
                             : session.Run(sql::kPutNote, PostgresParams(key).Text(text)).status();
       });
}

void PostgresStore::GetNote(std::string name, NoteCallback done) {
  Work(tasks_, std::move(done),
       [name = std::move(name)](PostgresSession& session) -> absl::StatusOr<std::string> {
         const auto rows = session.Run(sql::kGetNote, PostgresParams().Text(name));
         if (!rows.ok()) return rows.status();
         return rows->rows() == 0 ? std::string() : rows->Bytes(0, 0);
       });
}

void PostgresStore::Backup(std::string, DoneCallback done) {
  Work(tasks_, std::move(done), [](PostgresSession&) -> absl::Status {
    return absl::FailedPreconditionError(
        "a store on PostgreSQL is backed up with PostgreSQL's own tools, such as pg_dump");
  });
}

void PostgresStore::WatchChanges(ChangeListener listener) {
  feed_.reset();
  if (listener == nullptr) return;
  feed_ = std::make_unique<PostgresFeed>(options_.address, options_.timeout, options_.between_looks,
                                         std::move(listener));
}

}  // namespace keyward::store
