#include "server/store/frozen_database.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/store/sqlite_store.h"
#include "tests/testing/plain_transcoder.h"
#include "tests/testing/raw_sqlite.h"
#include "tests/testing/store_calls.h"
#include "tests/testing/temporary_folder.h"

namespace keyward::store {
namespace {

using ::keyward::testing::Create;
using ::keyward::testing::CreateMany;
using ::keyward::testing::RawSqlite;
using ::keyward::testing::StoredKey;
using ::keyward::testing::TemporaryFolder;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

std::string Contents(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::map<std::string, std::string> FilesOf(const std::filesystem::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    files[file.path().filename()] = Contents(file.path());
  }
  return files;
}

class FrozenDatabaseTest : public ::testing::Test {
 protected:
  static std::vector<std::string> Users(const std::string& path) {
    auto database = FrozenDatabase::Open(path);
    EXPECT_TRUE(database.ok()) << database.status();
    std::vector<std::string> users;
    while (database.ok()) {
      const auto page = (*database)->NextUsers();
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok() || page->empty()) break;
      for (const UserKeys& user : *page) users.push_back(user.user_id);
    }
    return users;
  }

  // A store's own file, without a log.
  std::string Written(const std::string& name, int users = 3) {
    const std::string path = folder_.File(name);
    auto store = SqliteStore::Open({.path = path});
    EXPECT_TRUE(store.ok()) << store.status();
    std::vector<NewUser> all;
    for (int i = 0; i < users; ++i) all.push_back({absl::StrCat("user-", i), StoredKey('k')});
    for (const auto& created : CreateMany(**store, std::move(all))) EXPECT_TRUE(created.ok());
    return path;
  }

  const TemporaryFolder folder_;
};

TEST_F(FrozenDatabaseTest, ReadsWhatIsInTheLogAndChangesNothing) {
  auto store = SqliteStore::Open({.path = folder_.File("keys.db")});
  ASSERT_TRUE(store.ok()) << store.status();
  ASSERT_TRUE(Create(**store, "alice", StoredKey('k')).ok());
  // As a snapshot of the file system would have it.
  const TemporaryFolder copy;
  for (const char* name : {"keys.db", "keys.db-wal"}) {
    std::filesystem::copy_file(folder_.File(name), copy.File(name));
  }
  const auto before = FilesOf(copy.path());
  ASSERT_GT(before.at("keys.db-wal").size(), 0U);
  EXPECT_THAT(Users(copy.File("keys.db")), ElementsAre("alice"));
  EXPECT_EQ(FilesOf(copy.path()), before);
}

TEST_F(FrozenDatabaseTest, ReadsAFileWithoutALogWhateverItsName) {
  const std::string path = Written("a b%20?mode=rw#ü.db");
  const auto before = FilesOf(folder_.path());
  EXPECT_THAT(Users(path), ElementsAre("user-0", "user-1", "user-2"));
  EXPECT_EQ(FilesOf(folder_.path()), before);
}

TEST_F(FrozenDatabaseTest, GoesThroughEveryUser) {
  const std::string path = Written("keys.db", 12'500);
  EXPECT_EQ(Users(path).size(), 12'500U);
  EXPECT_EQ(*(*FrozenDatabase::Open(path))->CountVersions(), 12'500U);
  int ticks = 0;
  EXPECT_THAT(*(*FrozenDatabase::Open(path))->CheckIntegrity([&] { ++ticks; }), IsEmpty());
  EXPECT_GT(ticks, 0) << "who waits at a terminal sees nothing";
}

TEST_F(FrozenDatabaseTest, RefusesWhatIsNoneOfItsFiles) {
  EXPECT_TRUE(absl::IsNotFound(FrozenDatabase::Open(folder_.File("none")).status()));
  EXPECT_FALSE(std::filesystem::exists(folder_.File("none")));
  const std::string empty = folder_.Touch("empty");
  EXPECT_TRUE(absl::IsDataLoss(FrozenDatabase::Open(empty).status()));
  std::ofstream(folder_.File("text")) << std::string(9'000, 'x');
  EXPECT_TRUE(absl::IsDataLoss(FrozenDatabase::Open(folder_.File("text")).status()));
  RawSqlite(folder_.File("module")).MakeLegacyTable();
  EXPECT_TRUE(absl::IsFailedPrecondition(FrozenDatabase::Open(folder_.File("module")).status()));
}

// SQLite takes a log beside an empty file for a left-over, and deletes it.
TEST_F(FrozenDatabaseTest, AnEmptyFilesLogIsStillTheOnlyCopy) {
  auto store = SqliteStore::Open({.path = folder_.File("keys.db")});
  ASSERT_TRUE(store.ok()) << store.status();
  ASSERT_TRUE(Create(**store, "alice", StoredKey('k')).ok());
  const TemporaryFolder copy;
  copy.Touch("keys.db");
  std::filesystem::copy_file(folder_.File("keys.db-wal"), copy.File("keys.db-wal"));
  const auto before = FilesOf(copy.path());
  EXPECT_TRUE(absl::IsDataLoss(FrozenDatabase::Open(copy.File("keys.db")).status()));
  EXPECT_EQ(FilesOf(copy.path()), before);
}

TEST_F(FrozenDatabaseTest, RefusesATransactionThatIsToBeRolledBack) {
  const std::string path = Written("keys.db");
  std::ofstream(path + "-journal") << "x";
  const absl::Status refused = FrozenDatabase::Open(path).status();
  EXPECT_TRUE(absl::IsDataLoss(refused));
  EXPECT_THAT(std::string(refused.message()), HasSubstr("rollback"));
}

TEST_F(FrozenDatabaseTest, SaysWhatSqliteFinds) {
  const std::string path = Written("keys.db");
  std::string content = Contents(path);
  const size_t key = content.rfind(StoredKey('k').wrapped_key);
  ASSERT_NE(key, std::string::npos);
  // The record's header and its key begin before what it holds; user-N is the key's text.
  const size_t id = content.rfind("user-", key);
  content[id] = 'z';
  std::ofstream(path, std::ios::binary) << content;
  const auto found = (*FrozenDatabase::Open(path))->CheckIntegrity(nullptr);
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_THAT(*found, Not(IsEmpty()));
}

// A table that is not STRICT stands for a record whose header was damaged.
TEST_F(FrozenDatabaseTest, AnIdThatSortsBehindAllTextEndsTheWalk) {
  const std::string path = Written("keys.db", 0);
  {
    RawSqlite raw(path);
    for (const auto& sql : raw.Query("SELECT replace(sql, 'STRICT, ', '') FROM sqlite_schema"
                                     " WHERE name = 'user_keys'")) {
      raw.Run("DROP TABLE user_keys");
      raw.Run(sql);
    }
    raw.Run("INSERT INTO user_keys VALUES (x'75', 1, x'00', 2, x'00', 1, 0, 0)");
  }
  auto database = FrozenDatabase::Open(path);
  ASSERT_TRUE(database.ok()) << database.status();
  EXPECT_TRUE((*database)->NextUsers().ok());
  EXPECT_TRUE(absl::IsDataLoss((*database)->NextUsers().status()));
}

}  // namespace
}  // namespace keyward::store
