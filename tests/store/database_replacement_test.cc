#include "server/store/database_replacement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "server/store/sqlite_store.h"
#include "tests/testing/plain_transcoder.h"
#include "tests/testing/store_calls.h"
#include "tests/testing/temporary_folder.h"

namespace keyward::store {
namespace {

using ::keyward::testing::Create;
using ::keyward::testing::StoredKey;
using ::keyward::testing::TemporaryFolder;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

class DatabaseReplacementTest : public ::testing::Test {
 protected:
  DatabaseReplacementTest() {
    Make(backup_, "from-the-backup");
    Make(database_, "old");
  }

  static void Make(const std::string& path, const std::string& user) {
    auto store = SqliteStore::Open({.path = path});
    ASSERT_TRUE(store.ok()) << store.status();
    ASSERT_TRUE(Create(**store, user, StoredKey('k')).ok());
  }

  absl::Status Replace() const {
    auto backup = FrozenDatabase::Open(backup_);
    return backup.ok() ? ReplaceDatabase(**backup, database_) : backup.status();
  }

  std::string OnlyUser() const {
    auto database = FrozenDatabase::Open(database_);
    EXPECT_TRUE(database.ok()) << database.status();
    const auto users = (*database)->NextUsers();
    EXPECT_TRUE(users.ok() && users->size() == 1);
    return users->front().user_id;
  }

  std::vector<std::string> Files() const {
    std::vector<std::string> files;
    for (const auto& file : std::filesystem::directory_iterator(folder_.path())) {
      files.push_back(file.path().filename());
    }
    return files;
  }

  const TemporaryFolder folder_;
  const std::string backup_ = folder_.File("backup.db");
  const std::string database_ = folder_.File("keys.db");
};

TEST_F(DatabaseReplacementTest, TheDatabaseIsReplacedWithAllThatBelongsToIt) {
  for (const char* suffix : {"-wal", "-shm", "-journal", ".restoring"}) {
    std::ofstream(database_ + suffix) << "stale";
  }
  const absl::Status replaced = Replace();
  ASSERT_TRUE(replaced.ok()) << replaced;
  EXPECT_EQ(OnlyUser(), "from-the-backup");
  EXPECT_THAT(Files(),
              UnorderedElementsAre("backup.db", "backup.db.lock", "keys.db", "keys.db.lock"));
  struct stat status = {};
  ASSERT_EQ(stat(database_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST_F(DatabaseReplacementTest, ADatabaseIsMadeWhereThereIsNone) {
  std::filesystem::remove(database_);
  ASSERT_TRUE(Replace().ok());
  EXPECT_EQ(OnlyUser(), "from-the-backup");
  EXPECT_TRUE(SqliteStore::Open({.path = database_}).ok());
}

TEST_F(DatabaseReplacementTest, WhatCannotBeWrittenAsideReplacesNothing) {
  std::filesystem::create_directory(database_ + ".restoring");
  EXPECT_THAT(std::string(Replace().message()), HasSubstr(database_ + ".restoring"));
  EXPECT_EQ(OnlyUser(), "old");
}

TEST_F(DatabaseReplacementTest, ALogThatCannotBeRemovedKeepsTheOldDatabase) {
  std::filesystem::create_directory(database_ + "-journal");
  EXPECT_THAT(std::string(Replace().message()), HasSubstr(database_ + "-journal"));
  EXPECT_FALSE(std::filesystem::exists(database_ + ".restoring"));
  std::filesystem::remove(database_ + "-journal");
  EXPECT_EQ(OnlyUser(), "old");
}

}  // namespace
}  // namespace keyward::store
