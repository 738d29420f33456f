#include "server/store/sqlite_store.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/errors/errors.h"
#include "server/store/private_file.h"
#include "server/store/sqlite_connection.h"

namespace keyward::store {
namespace {

// How many reads share a snapshot: after each commit a reader has to read its pages anew.
constexpr size_t kReadsOfASnapshot = 32;

// A reader's connection, opened when it is first needed and again after an error.
class ReadSession {
 public:
  explicit ReadSession(const SqliteStoreOptions& options) : options_(options) {}

  // What is read until EndSnapshot is of one moment.
  absl::StatusOr<SqliteReader*> BeginSnapshot() {
    absl::StatusOr<SqliteReader*> reader = Reader();
    if (!reader.ok()) return reader;
    if (absl::Status begun = connection_->Execute("BEGIN"); !begun.ok()) return begun;
    return reader;
  }
  void EndSnapshot() {
    if (connection_ != nullptr) connection_->Rollback();
  }

 private:
  absl::StatusOr<SqliteReader*> Reader() {
    if (reader_.has_value() && !connection_->NeedsReopen()) return &*reader_;
    reader_.reset();
    auto connection = SqliteConnection::Open(options_.path, SqliteConnection::Access::kReadOnly,
                                             options_.busy_timeout);
    if (!connection.ok()) return connection.status();
    connection_ = *std::move(connection);
    absl::StatusOr<SqliteReader> reader = SqliteReader::Prepare(*connection_);
    if (!reader.ok()) return reader.status();
    return &reader_.emplace(*std::move(reader));
  }

  const SqliteStoreOptions& options_;
  std::unique_ptr<SqliteConnection> connection_;
  std::optional<SqliteReader> reader_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<SqliteStore>> SqliteStore::Open(SqliteStoreOptions options) {
  if (absl::Status file = EnsurePrivateFile(options.path); !file.ok()) return file;
  absl::StatusOr<std::unique_ptr<DatabaseLock>> lock =
      DatabaseLock::Acquire(options.path, options.program);
  if (!lock.ok()) return lock.status();
  absl::StatusOr<std::unique_ptr<SqliteWriter>> writer =
      SqliteWriter::Open(options.path, options.busy_timeout);
  if (absl::IsUnavailable(writer.status())) {
    return absl::UnavailableError(
        absl::StrCat("cannot open ", options.path, ": ", writer.status().message()));
  }
  if (!writer.ok()) return writer.status();
  return std::unique_ptr<SqliteStore>(
      new SqliteStore(std::move(options), *std::move(lock), *std::move(writer)));
}

SqliteStore::SqliteStore(SqliteStoreOptions options, std::unique_ptr<DatabaseLock> lock,
                         std::unique_ptr<SqliteWriter> writer)
    : options_(std::move(options)),
      lock_(std::move(lock)),
      writer_([this, writer = std::move(writer)]() mutable { WriteLoop(std::move(writer)); }) {
  for (int i = 0; i < options_.readers; ++i) {
    readers_.emplace_back([this] { ReadLoop(); });
  }
}

SqliteStore::~SqliteStore() {
  calls_.WaitForNone();
  reads_.Close();
  for (std::thread& reader : readers_) reader.join();
  // The writer's connection is the last one to close, and so the one that empties the log.
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

void SqliteStore::ReadLoop() {
  ReadSession session(options_);
  while (true) {
    std::vector<Read> group = reads_.TakeAll(kReadsOfASnapshot);
    if (group.empty()) return;
    const absl::StatusOr<SqliteReader*> reader = session.BeginSnapshot();
    std::vector<TaskThread::Task> answers;
    for (Read& read : group) answers.push_back(read(reader));
    session.EndSnapshot();
    for (TaskThread::Task& answer : answers) answer();
  }
}

void SqliteStore::WriteLoop(std::unique_ptr<SqliteWriter> writer) {
  while (true) {
    std::vector<PendingCreate> group = creates_.TakeAll();
    if (group.empty()) return;
    StoreGroup(writer, std::move(group));
  }
}

void SqliteStore::StoreGroup(std::unique_ptr<SqliteWriter>& writer,
                             std::vector<PendingCreate> group) {
  absl::Status ready;
  if (writer == nullptr || writer->NeedsReopen()) {
    writer.reset();
    absl::StatusOr<std::unique_ptr<SqliteWriter>> opened =
        SqliteWriter::Open(options_.path, options_.busy_timeout);
    if (opened.ok()) {
      writer = *std::move(opened);
    } else {
      // Why is the operator's business, and may name the file.
      ready = errors::StoreUnavailable("the database cannot be opened again");
    }
  }
  std::vector<NewUser> users;
  for (PendingCreate& create : group) {
    std::move(create.users.begin(), create.users.end(), std::back_inserter(users));
  }
  std::vector<absl::StatusOr<Created>> results =
      ready.ok() ? writer->Store(users) : std::vector<absl::StatusOr<Created>>(users.size(), ready);
  answers_.Run([this, group = std::move(group), results = std::move(results)]() mutable {
    Answer(std::move(group), std::move(results));
  });
  if (writer != nullptr) writer->CheckpointEvery(options_.checkpoint_pages);
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
