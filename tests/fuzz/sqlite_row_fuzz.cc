// Rows of Keyward's own database that another hand wrote, up to what the keyring is given. Each is
// put into a transaction that is never committed.
//
//   users: how many(1), each a name(1, see kUsers), primary_version(8) min_version(8) state(8)
//   rows:  name(1) version(8) wrap_format(8) state(8) created_at(8) kek_id and wrapped_key, each
//   with its size(1)

#include <array>
#include <string>

#include "absl/time/time.h"
#include "server/errors/errors.h"
#include "server/store/sqlite_connection.h"
#include "server/store/sqlite_reader.h"
#include "server/store/sqlite_schema.h"
#include "server/store/stored_row.h"
#include "tests/fuzz/fuzz_input.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/testing/temporary_folder.h"

namespace keyward::store {
namespace {

constexpr std::array<std::string_view, 4> kUsers = {"alice", "bob", "", "\xff"};

std::string_view ReadName(FuzzInput& input) { return kUsers[input.Byte() % kUsers.size()]; }

struct Database {
  Database() : path(folder.Touch("keys.db")) {
    auto opened =
        SqliteConnection::Open(path, SqliteConnection::Access::kReadWrite, absl::Seconds(1));
    Promise(opened.ok(), "the database opens");
    connection = *std::move(opened);
    // No journal beside the file: nothing of it is ever committed.
    Promise(connection->Execute("PRAGMA journal_mode=MEMORY").ok(), "it takes its settings");
    Promise(MigrateSqliteSchema(*connection, absl::UnixEpoch()).ok(), "it gets its tables");
  }

  const testing::TemporaryFolder folder;
  const std::string path;
  std::unique_ptr<SqliteConnection> connection;
};

// The rows that the tables take; they refuse some by themselves.
void Insert(SqliteConnection& connection, FuzzInput& input) {
  auto user = connection.Prepare(
      "INSERT OR REPLACE INTO users (user_id, primary_version, min_version, state)"
      " VALUES (?1, ?2, ?3, ?4)");
  for (int count = input.Byte() % kUsers.size(); count > 0; --count) {
    user->BindText(1, ReadName(input));
    for (int i = 2; i <= 4; ++i) user->BindInt(i, input.Number<int64_t>());
    Promise(user->Run().ok(), "a user is inserted");
  }
  auto key = connection.Prepare(
      "INSERT OR REPLACE INTO user_keys (user_id, version, wrap_format, state, created_at, kek_id,"
      " wrapped_key) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");
  while (!input.empty()) {
    key->BindText(1, ReadName(input));
    for (int i = 2; i <= 5; ++i) key->BindInt(i, input.Number<int64_t>());
    for (int i = 6; i <= 7; ++i) {
      const std::string_view blob = input.Short();
      key->BindBlob(i, blob.empty() ? "" : blob);
    }
    Promise(key->Run().ok(), "a key is inserted");
  }
}

void CheckFound(const std::string& user_id, const absl::StatusOr<UserKeys>& found) {
  if (!found.ok()) {
    const std::string reason = errors::Reason(found.status());
    Promise(reason == "USER_KEY_NOT_FOUND" || reason == "STORED_KEY_CORRUPT", "it is said why not");
    return;
  }
  Promise(found->user_id == user_id, "it is whom was asked for");
  Promise(CheckUserKeys(*found).ok(), "what is found can be used");
  for (size_t i = 1; i < found->versions.size(); ++i) {
    Promise(found->versions[i - 1].version > found->versions[i].version, "the newest comes first");
  }
}

void CheckPage(SqliteReader& reader) {
  const auto page = reader.Page("", 100);
  Promise(page.ok(), "no row hides the others");
  const std::string* last = nullptr;
  for (const UserKeys& user : *page) {
    Promise(last == nullptr || *last < user.user_id, "a page is in the order of ids");
    last = &user.user_id;
    for (const KeyVersion& key : user.versions) Promise(IsPossibleKey(key), "with keys alone");
    const auto found = reader.Find(user.user_id);
    Promise(!absl::IsNotFound(found.status()), "who is in a page is found");
    if (!found.ok()) continue;
    Promise(found->versions.size() == user.versions.size() && found->state == user.state &&
                found->primary_version == user.primary_version,
            "with the same keys");
  }
}

void Check(std::string_view bytes) {
  static const Database& database = *new Database;
  FuzzInput input(bytes);
  Promise(database.connection->Execute("BEGIN").ok(), "a transaction begins");
  Insert(*database.connection, input);
  auto reader = SqliteReader::Prepare(*database.connection);
  Promise(reader.ok(), "the tables can be read");
  for (const std::string_view user_id : kUsers) {
    CheckFound(std::string(user_id), reader->Find(std::string(user_id)));
  }
  CheckPage(*reader);
  database.connection->Rollback();
}

}  // namespace
}  // namespace keyward::store

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  keyward::store::Check(keyward::AsText(data, size));
  return 0;
}
