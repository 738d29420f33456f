#include "server/store/sqlite_store.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/errors/errors.h"
#include "server/store/private_file.h"
#include "server/store/sqlite_backup.h"

namespace keyward::store {
namespace {

// How many reads share a snapshot: after each commit a reader has to read its pages anew.
constexpr size_t kReadsOfASnapshot = 32;

// How soon a log is looked at again that somebody else holds back; nobody tells when that ends.
constexpr std::chrono::milliseconds kErasureRetry(10);

absl::StatusOr<std::vector<KekUse>> CountKeysByKek(SqliteConnection& connection) {
  absl::StatusOr<SqliteStatement> keys =
      connection.Prepare("SELECT kek_id FROM user_keys WHERE state <> 3 AND length(kek_id) = 8");
  if (!keys.ok()) return keys.status();
  std::map<std::string, int64_t> counts;
  absl::StatusOr<bool> row = keys->Step();
  for (; row.ok() && *row; row = keys->Step()) ++counts[keys->Bytes(0)];
  if (!row.ok()) return row.status();
  std::vector<KekUse> use;
  for (const auto& [kek_id, count] : counts) use.push_back({kek_id, count});
  return use;
}

}  // namespace

absl::StatusOr<std::unique_ptr<SqliteStore>> SqliteStore::Open(SqliteStoreOptions options) {
  if (absl::Status file = EnsurePrivateFile(options.path); !file.ok()) return file;
  absl::StatusOr<std::unique_ptr<DatabaseLock>> lock =
      DatabaseLock::Acquire(options.path, options.program);
  if (!lock.ok()) return lock.status();
  absl::StatusOr<std::unique_ptr<SqliteDatabase>> database =
      SqliteDatabase::Open(options.path, options.busy_timeout, options.readers);
  if (absl::IsUnavailable(database.status())) {
    return absl::UnavailableError(
        absl::StrCat("cannot open ", options.path, ": ", database.status().message()));
  }
  if (!database.ok()) return database.status();
  return std::unique_ptr<SqliteStore>(
      new SqliteStore(std::move(options), *std::move(lock), *std::move(database)));
}

SqliteStore::SqliteStore(SqliteStoreOptions options, std::unique_ptr<DatabaseLock> lock,
                         std::unique_ptr<SqliteDatabase> database)
    : options_(std::move(options)),
      lock_(std::move(lock)),
      database_(std::move(database)),
      writer_([this] { WriteLoop(); }) {
  for (int i = 0; i < options_.readers; ++i) {
    readers_.emplace_back([this, i] { ReadLoop(i); });
  }
}

SqliteStore::~SqliteStore() {
  calls_.WaitForNone();
  reads_.Close();
  for (std::thread& reader : readers_) reader.join();
  writes_.Close();
  writer_.join();
}

void SqliteStore::FindMany(std::vector<std::string> user_ids, FindManyCallback done) {
  reads_.Push([user_ids = std::move(user_ids),
               done = calls_.Track(std::move(done))](absl::StatusOr<SqliteReader*> reader) mutable {
    std::vector<absl::StatusOr<UserKeys>> found;
    found.reserve(user_ids.size());
    for (const std::string& user_id : user_ids) {
      found.push_back(reader.ok() ? (*reader)->Find(user_id) : reader.status());
    }
    return [done = std::move(done), found = std::move(found)]() mutable { done(std::move(found)); };
  });
}

void SqliteStore::CreateMany(std::vector<NewUser> users, CreateManyCallback done) {
  writes_.Push(CreateWrite(std::move(users), calls_.Track(std::move(done))));
}

void SqliteStore::UpdateMany(std::vector<std::string> user_ids, Change change,
                             UpdateManyCallback done) {
  writes_.Push(UpdateWrite(std::move(user_ids), std::move(change), calls_.Track(std::move(done))));
}

void SqliteStore::RetireKek(std::string kek_id, int64_t micros, DoneCallback done) {
  writes_.Push(RetireWrite(std::move(kek_id), micros, calls_.Track(std::move(done))));
}

void SqliteStore::PutNote(std::string name, std::string text, DoneCallback done) {
  writes_.Push(NoteWrite(std::move(name), std::move(text), calls_.Track(std::move(done))));
}

template <typename Callback, typename Query>
void SqliteStore::ReadOne(Callback done, Query query) {
  reads_.Push([query = std::move(query),
               done = calls_.Track(std::move(done))](absl::StatusOr<SqliteReader*> reader) mutable {
    auto result = reader.ok() ? query(**reader) : reader.status();
    return
        [done = std::move(done), result = std::move(result)]() mutable { done(std::move(result)); };
  });
}

void SqliteStore::Page(std::string after, int limit, PageCallback done) {
  ReadOne(std::move(done), [after = std::move(after), limit](SqliteReader& reader) {
    return reader.Page(after, limit);
  });
}

void SqliteStore::FindAsStored(std::string user_id, FindCallback done) {
  ReadOne(std::move(done), [user_id = std::move(user_id)](SqliteReader& reader) {
    return reader.FindAsStored(user_id);
  });
}

void SqliteStore::PageAsStored(std::string after, int limit, PageCallback done) {
  ReadOne(std::move(done), [after = std::move(after), limit](SqliteReader& reader) {
    return reader.PageAsStored(after, limit);
  });
}

void SqliteStore::FindDueForPurge(int64_t micros, int limit, IdsCallback done) {
  ReadOne(std::move(done),
          [micros, limit](SqliteReader& reader) { return reader.FindDueForPurge(micros, limit); });
}

void SqliteStore::ListRetiredKeks(RetiredKeksCallback done) {
  ReadOne(std::move(done), [](SqliteReader& reader) { return reader.RetiredKeks(); });
}

void SqliteStore::GetNote(std::string name, NoteCallback done) {
  ReadOne(std::move(done),
          [name = std::move(name)](SqliteReader& reader) { return reader.GetNote(name); });
}

void SqliteStore::CountByKek(KekUseCallback done) {
  long_reads_.Run([this, done = calls_.Track(std::move(done))]() mutable {
    absl::StatusOr<std::vector<KekUse>> use;
    const absl::Status read = database_->ReadLong([&](SqliteConnection& connection) {
      use = CountKeysByKek(connection);
      return use.status();
    });
    if (!read.ok()) use = read;
    done(std::move(use));
  });
}

void SqliteStore::Backup(std::string path, DoneCallback done) {
  long_reads_.Run([this, path = std::move(path), done = calls_.Track(std::move(done))]() mutable {
    done(database_->ReadLong(
        [&](SqliteConnection& connection) { return BackUp(connection, path); }));
  });
}

void SqliteStore::ReadLoop(int reader) {
  while (true) {
    std::vector<Read> group = reads_.TakeAll(kReadsOfASnapshot);
    if (group.empty()) return;
    std::vector<TaskThread::Task> answers;
    {
      const SqliteDatabase::Snapshot snapshot(*database_, reader);
      for (Read& read : group) answers.push_back(read(snapshot.reader()));
    }
    for (TaskThread::Task& answer : answers) answer();
  }
}

void SqliteStore::WriteLoop() {
  while (true) {
    const bool is_erasing = !erasing_.empty();
    Writes group = is_erasing ? writes_.TakeAllWithin(kErasureRetry) : writes_.TakeAll();
    if (group.empty() && !is_erasing) return;
    StoreGroup(std::move(group));
  }
}

void SqliteStore::StoreGroup(Writes group) {
  const absl::Status outcome = group.empty() ? absl::OkStatus() : Transact(group);
  const bool may_wait = outcome.ok() && database_->IsErasureDue();
  const auto waiting = std::stable_partition(group.begin(), group.end(), [&](const auto& write) {
    return !may_wait || !write->TellsOfErasure();
  });
  if (waiting != group.end() && erasing_.empty()) {
    give_up_ =
        std::chrono::steady_clock::now() + absl::ToChronoNanoseconds(options_.erasure_timeout);
  }
  std::move(waiting, group.end(), std::back_inserter(erasing_));
  group.erase(waiting, group.end());
  if (!group.empty()) Answer(std::move(group), outcome);
  if (outcome.ok() && database_->IsErasureDue()) FinishErasure();
  database_->CheckpointEvery(options_.checkpoint_pages);
}

absl::Status SqliteStore::Transact(Writes& group) {
  const absl::StatusOr<SqliteWriter*> opened = database_->Writer();
  // Why is the operator's business, and may name the file.
  if (!opened.ok()) return errors::StoreUnavailable("the database cannot be opened again");
  SqliteWriter& writer = **opened;
  absl::Status done = writer.Begin();
  for (size_t i = 0; done.ok() && i < group.size(); ++i) done = group[i]->Run(writer);
  if (done.ok() && writer.Erases()) database_->NoteErasure();
  if (done.ok()) done = writer.Commit();
  if (!done.ok()) writer.Rollback();
  return done;
}

void SqliteStore::Answer(Writes group, absl::Status outcome) {
  answers_.Run([group = std::move(group), outcome = std::move(outcome)] {
    for (const auto& write : group) write->Answer(outcome);
  });
}

void SqliteStore::FinishErasure() {
  absl::Status erased = database_->FinishErasure();
  if (erasing_.empty()) return;
  if (!erased.ok() && std::chrono::steady_clock::now() < give_up_) return;
  Answer(std::exchange(erasing_, {}), std::move(erased));
}

}  // namespace keyward::store
