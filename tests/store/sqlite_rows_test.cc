// What SqliteStore makes of rows that no Keyward of today would have written.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/errors/errors.h"
#include "server/store/sqlite_store.h"
#include "tests/store/user_changes.h"
#include "tests/testing/plain_transcoder.h"
#include "tests/testing/raw_sqlite.h"
#include "tests/testing/store_calls.h"
#include "tests/testing/temporary_folder.h"

namespace keyward::store {
namespace {

using ::keyward::testing::Changing;
using ::keyward::testing::Create;
using ::keyward::testing::Destroying;
using ::keyward::testing::Find;
using ::keyward::testing::Page;
using ::keyward::testing::RawSqlite;
using ::keyward::testing::StoredKey;
using ::keyward::testing::TemporaryFolder;
using ::keyward::testing::Update;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// After it, alice has a row in `users`, and `sql` has run.
std::string WithRow(const std::string& sql) {
  return "INSERT INTO users (user_id, primary_version, state) VALUES ('alice', 1, 1);" + sql;
}

class SqliteRowsTest : public ::testing::TestWithParam<std::string> {
 protected:
  // A store with users alice and bob, on whose file another program ran `sql` meanwhile.
  std::unique_ptr<SqliteStore> OpenAfter(const std::string& sql) {
    {
      const std::unique_ptr<SqliteStore> store = Open();
      EXPECT_TRUE(Create(*store, "alice", StoredKey('a')).ok());
      EXPECT_TRUE(Create(*store, "bob", StoredKey('b')).ok());
    }
    RawSqlite(path_).Run(sql);
    return Open();
  }

  const TemporaryFolder folder_;
  const std::string path_ = folder_.File("keys.db");

 private:
  std::unique_ptr<SqliteStore> Open() {
    auto store = SqliteStore::Open({.path = path_});
    EXPECT_TRUE(store.ok()) << store.status();
    return *std::move(store);
  }
};

using SqliteDamagedRowTest = SqliteRowsTest;

TEST_P(SqliteDamagedRowTest, AnswersStoredKeyCorruptAndHarmsNoOtherUser) {
  const std::unique_ptr<SqliteStore> store = OpenAfter(GetParam() + " WHERE user_id = 'alice'");
  EXPECT_EQ(errors::Reason(Find(*store, "alice").status()), "STORED_KEY_CORRUPT");
  EXPECT_EQ(errors::Reason(Create(*store, "alice", StoredKey('x')).status()), "STORED_KEY_CORRUPT");
  EXPECT_TRUE(Find(*store, "bob").ok());
  const absl::StatusOr<std::vector<UserKeys>> page = Page(*store, "", 10);
  ASSERT_TRUE(page.ok()) << page.status();
  ASSERT_THAT(*page, SizeIs(2));
  EXPECT_EQ((*page)[0].user_id, "alice");
  EXPECT_TRUE((*page)[0].versions.empty() || (*page)[0].state != UserState::kActive ||
              (*page)[0].versions[0].version != (*page)[0].primary_version);
  EXPECT_THAT((*page)[1].versions, SizeIs(1));
}

TEST_P(SqliteDamagedRowTest, CanBeDestroyedAndNothingElse) {
  const std::unique_ptr<SqliteStore> store = OpenAfter(GetParam() + " WHERE user_id = 'alice'");
  const auto unchanged = [](const UserKeys&) { return std::optional<UserKeys>(); };
  for (const KeyStore::Change& change :
       {KeyStore::Change(unchanged), Changing([](UserKeys& user) { ++user.etag; })}) {
    EXPECT_EQ(errors::Reason(Update(*store, "alice", change).status()), "STORED_KEY_CORRUPT");
  }
  const absl::StatusOr<UserKeys> destroyed = Update(*store, "alice", Destroying());
  if (GetParam().find("SET version = ") != std::string::npos) {
    EXPECT_EQ(errors::Reason(destroyed.status()), "STORED_KEY_CORRUPT")
        << "a number of no row of ours";
    return;
  }
  ASSERT_TRUE(destroyed.ok()) << destroyed.status();
  const absl::StatusOr<UserKeys> found = Find(*store, "alice");
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(found->state, UserState::kDestroyed);
  EXPECT_EQ(found->versions, destroyed->versions);
}

INSTANTIATE_TEST_SUITE_P(
    Damages, SqliteDamagedRowTest,
    ::testing::Values(
        "UPDATE user_keys SET wrapped_key = substr(wrapped_key, 1, 59)",
        "UPDATE user_keys SET wrapped_key = CAST(wrapped_key || x'00' AS BLOB)",
        "UPDATE user_keys SET wrapped_key = x''", "UPDATE user_keys SET kek_id = x'00112233445566'",
        "UPDATE user_keys SET wrap_format = 1", "UPDATE user_keys SET wrap_format = 4294967298",
        "UPDATE user_keys SET state = 9", "UPDATE user_keys SET version = 0",
        "UPDATE user_keys SET version = -1", "UPDATE user_keys SET version = 4294967297",
        WithRow("UPDATE users SET state = 9"), WithRow("UPDATE users SET state = -4294967295"),
        WithRow("UPDATE users SET primary_version = 2"), WithRow("DELETE FROM user_keys")));

TEST_F(SqliteRowsTest, AUserWithARowOfOneOwnIsAsTheRowSays) {
  // As the first schema wrote each user.
  const std::unique_ptr<SqliteStore> store = OpenAfter(WithRow("SELECT 1"));
  const absl::StatusOr<UserKeys> found = Find(*store, "alice");
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(found->primary_version, 1u);
  EXPECT_EQ(found->state, UserState::kActive);
  EXPECT_FALSE(Create(*store, "alice", StoredKey('x'))->created);
  const absl::StatusOr<std::vector<UserKeys>> page = Page(*store, "", 10);
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_THAT(*page, SizeIs(2));
}

TEST_F(SqliteRowsTest, WithoutARowOfOneOwnTheNewestVersionIsThePrimaryOne) {
  const std::unique_ptr<SqliteStore> store = OpenAfter(
      "INSERT INTO user_keys SELECT user_id, 3, kek_id, wrap_format, wrapped_key, state, "
      "created_at, messages FROM user_keys WHERE user_id = 'alice'");
  const absl::StatusOr<UserKeys> found = Find(*store, "alice");
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(found->primary_version, 3u);
  EXPECT_EQ(found->min_version, 0u);
  EXPECT_EQ(found->state, UserState::kActive);
  EXPECT_THAT(found->versions, SizeIs(2));
  EXPECT_FALSE(Create(*store, "alice", StoredKey('x'))->created);
}

TEST_F(SqliteRowsTest, ATombstoneWithoutKeysIsFoundAndNotReplaced) {
  const std::unique_ptr<SqliteStore> store =
      OpenAfter("INSERT INTO users (user_id, primary_version, state) VALUES ('aaron', 1, 4)");
  EXPECT_EQ(Find(*store, "aaron")->state, UserState::kDestroyed);
  EXPECT_FALSE(Create(*store, "aaron", StoredKey('x'))->created);
  const absl::StatusOr<std::vector<UserKeys>> page = Page(*store, "", 2);
  ASSERT_TRUE(page.ok()) << page.status();
  ASSERT_THAT(*page, SizeIs(2));
  EXPECT_EQ((*page)[0].user_id, "aaron");
  EXPECT_EQ((*page)[1].user_id, "alice");
}

TEST_F(SqliteRowsTest, AKeyThatCouldNotBeReadBackIsNotWritten) {
  const std::unique_ptr<SqliteStore> store = OpenAfter("SELECT 1");
  KeyVersion key = StoredKey('c');
  key.wrapped_key.pop_back();
  EXPECT_EQ(errors::Reason(Create(*store, "carol", key).status()), "STORED_KEY_CORRUPT");
  EXPECT_EQ(errors::Reason(Find(*store, "carol").status()), "USER_KEY_NOT_FOUND");
}

TEST_F(SqliteRowsTest, ATombstoneIsFoundAndNotReplaced) {
  const std::unique_ptr<SqliteStore> store = OpenAfter(WithRow(
      "UPDATE users SET state = 4 WHERE user_id = 'alice';"
      "UPDATE user_keys SET state = 3, kek_id = x'', wrapped_key = x'' WHERE user_id = 'alice'"));
  const absl::StatusOr<UserKeys> found = Find(*store, "alice");
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(found->state, UserState::kDestroyed);
  const absl::StatusOr<Created> created = Create(*store, "alice", StoredKey('x'));
  ASSERT_TRUE(created.ok()) << created.status();
  EXPECT_FALSE(created->created);
  EXPECT_EQ(created->keys.state, UserState::kDestroyed);
  EXPECT_THAT(created->keys.versions[0].wrapped_key, IsEmpty());
}

TEST_F(SqliteRowsTest, VersionsComeNewestFirst) {
  const std::unique_ptr<SqliteStore> store = OpenAfter(
      "INSERT INTO user_keys SELECT user_id, 2, kek_id, wrap_format, wrapped_key, state, "
      "created_at, messages FROM user_keys WHERE user_id = 'alice';"
      "INSERT INTO users (user_id, primary_version, min_version, state) VALUES ('alice', 2, 1, 1)");
  const absl::StatusOr<UserKeys> found = Find(*store, "alice");
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(found->primary_version, 2u);
  EXPECT_EQ(found->min_version, 1u);
  ASSERT_THAT(found->versions, SizeIs(2));
  EXPECT_EQ(found->versions[0].version, 2u);
  const absl::StatusOr<std::vector<UserKeys>> page = Page(*store, "", 1);
  ASSERT_TRUE(page.ok()) << page.status();
  ASSERT_THAT(*page, SizeIs(1));
  EXPECT_THAT(page->front().versions, SizeIs(2));
}

}  // namespace
}  // namespace keyward::store
