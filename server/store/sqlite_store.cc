#include "server/store/sqlite_store.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/errors/errors.h"
#include "server/store/private_file.h"

namespace keyward::store {
namespace {

// How many reads share a snapshot: after each commit a reader has to read its pages anew.
constexpr size_t kReadsOfASnapshot = 32;

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
  creates_.Close();
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

void SqliteStore::Page(std::string after, int limit, PageCallback done) {
  reads_.Push([after = std::move(after), limit,
               done = calls_.Track(std::move(done))](absl::StatusOr<SqliteReader*> reader) mutable {
    auto page = reader.ok() ? (*reader)->Page(after, limit) : reader.status();
    return [done = std::move(done), page = std::move(page)]() mutable { done(std::move(page)); };
  });
}

void SqliteStore::CreateMany(std::vector<NewUser> users, CreateManyCallback done) {
  creates_.Push({std::move(users), calls_.Track(std::move(done))});
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
    std::vector<PendingCreate> group = creates_.TakeAll();
    if (group.empty()) return;
    StoreGroup(std::move(group));
  }
}

void SqliteStore::StoreGroup(std::vector<PendingCreate> group) {
  std::vector<NewUser> users;
  for (PendingCreate& create : group) {
    std::move(create.users.begin(), create.users.end(), std::back_inserter(users));
  }
  const absl::StatusOr<SqliteWriter*> writer = database_->Writer();
  // Why is the operator's business, and may name the file.
  std::vector<absl::StatusOr<Created>> results =
      writer.ok() ? (*writer)->Store(users)
                  : std::vector<absl::StatusOr<Created>>(
                        users.size(),
                        errors::StoreUnavailable("the database cannot be opened again"));
  answers_.Run([this, group = std::move(group), results = std::move(results)]() mutable {
    Answer(std::move(group), std::move(results));
  });
  if (writer.ok()) (*writer)->CheckpointEvery(options_.checkpoint_pages);
}

void SqliteStore::Answer(std::vector<PendingCreate> group,
                         std::vector<absl::StatusOr<Created>> results) {
  auto next = std::make_move_iterator(results.begin());
  for (PendingCreate& create : group) {
    const auto begin = next;
    next += static_cast<std::ptrdiff_t>(create.users.size());
    create.done({begin, next});
  }
}

}  // namespace keyward::store
