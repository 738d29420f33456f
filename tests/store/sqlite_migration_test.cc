// Databases of earlier schemas, as the programs of their time wrote them (tests/store/golden/).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/store/frozen_database.h"
#include "server/store/sqlite_store.h"
#include "tests/store/user_changes.h"
#include "tests/testing/raw_sqlite.h"
#include "tests/testing/store_calls.h"
#include "tests/testing/temporary_folder.h"

namespace keyward::store {
namespace {

using ::keyward::testing::Deleting;
using ::keyward::testing::FindDueForPurge;
using ::keyward::testing::Page;
using ::keyward::testing::RawSqlite;
using ::keyward::testing::TemporaryFolder;
using ::keyward::testing::Update;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::string Contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// By the schema's number.
class SqliteMigrationTest : public ::testing::TestWithParam<int> {
 protected:
  SqliteMigrationTest() {
    RawSqlite(path_).Run(
        Contents(absl::StrCat(KEYWARD_STORE_GOLDEN, "/schema_", GetParam(), ".sql")));
  }

  static void ExpectGoldenUsers(const std::vector<UserKeys>& users) {
    ASSERT_THAT(users, SizeIs(5));
    const UserState states[] = {UserState::kActive, UserState::kDisabled, UserState::kActive,
                                UserState::kDeleted, UserState::kDestroyed};
    const char* names[] = {"alice", "bob", "carol", "dave", "erin"};
    for (size_t i = 0; i < users.size(); ++i) {
      const UserKeys& user = users[i];
      EXPECT_EQ(user.user_id, names[i]);
      EXPECT_EQ(user.state, states[i]) << user.user_id;
      EXPECT_EQ(user.primary_version, 1U);
      EXPECT_EQ(user.etag, i == 2 ? 7 : 1);
      EXPECT_EQ(user.min_version, i == 2 ? 1U : 0U);
      EXPECT_EQ(user.purge_at_micros, 0);
      EXPECT_EQ(user.rotation_id, "");
      EXPECT_EQ(user.state_before_delete, UserState::kActive);
      ASSERT_THAT(user.versions, SizeIs(1));
      EXPECT_EQ(user.versions[0].wrapped_key.size(), i == 4 ? 0U : 60U);
      EXPECT_EQ(user.versions[0].messages, 0);
    }
  }

  const TemporaryFolder folder_;
  const std::string path_ = folder_.File("keys.db");
};

TEST_P(SqliteMigrationTest, IsReadAsItStandsWithoutAWrite) {
  const std::string before = Contents(path_);
  auto database = FrozenDatabase::Open(path_);
  ASSERT_TRUE(database.ok()) << database.status();
  const auto users = (*database)->NextUsers();
  ASSERT_TRUE(users.ok()) << users.status();
  ExpectGoldenUsers(*users);
  EXPECT_THAT(*(*database)->CheckIntegrity(nullptr), IsEmpty());
  EXPECT_EQ(Contents(path_), before);
}

TEST_P(SqliteMigrationTest, IsBroughtToTheNewestSchemaWhenItIsOpened) {
  {
    auto store = SqliteStore::Open({.path = path_});
    ASSERT_TRUE(store.ok()) << store.status();
    ExpectGoldenUsers(*Page(**store, "", 10));
    // dave was deleted when there was no time of purge.
    EXPECT_THAT(*FindDueForPurge(**store, 1, 10), IsEmpty());
    EXPECT_TRUE(Update(**store, "alice", Deleting(1)).ok());
    EXPECT_THAT(*FindDueForPurge(**store, 1, 10), ElementsAre("alice"));
  }
  EXPECT_THAT(RawSqlite(path_).Query("SELECT version FROM schema_version"),
              ElementsAre("1", "2", "3"));
  auto database = FrozenDatabase::Open(path_);
  ASSERT_TRUE(database.ok()) << database.status();
  EXPECT_THAT(*(*database)->NextUsers(), SizeIs(5));
  EXPECT_THAT(*(*database)->CheckIntegrity(nullptr), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Schemas, SqliteMigrationTest, ::testing::Values(1, 2),
                         [](const auto& each) { return absl::StrCat("Schema", each.param); });

}  // namespace
}  // namespace keyward::store
