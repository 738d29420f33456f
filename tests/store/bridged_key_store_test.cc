#include "server/store/bridged_key_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/errors/errors.h"
#include "server/store/sqlite_store.h"
#include "tests/store/bridge_fixture.h"
#include "tests/testing/plain_transcoder.h"
#include "tests/testing/raw_sqlite.h"
#include "tests/testing/store_calls.h"
#include "tests/testing/temporary_folder.h"

namespace keyward::store {
namespace {

using ::keyward::testing::Answer;
using ::keyward::testing::Create;
using ::keyward::testing::Find;
using ::keyward::testing::LegacyKey;
using ::keyward::testing::PlainTranscoder;
using ::keyward::testing::RawSqlite;
using ::keyward::testing::StartCreate;
using ::keyward::testing::StoredKey;
using ::keyward::testing::TemporaryFolder;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Call = FaultyKeyStore::Call;

using BridgedKeyStoreTest = BridgeFixture;

TEST_F(BridgedKeyStoreTest, ATombstoneBeatsAnyRow) {
  python_.InsertLegacy(LegacyKey("deleted", 'p'));
  python_.InsertLegacy(LegacyKey("destroyed", 'p'));
  Start({UserWith("deleted", 'k', UserState::kDeleted),
         UserWith("destroyed", 'k', UserState::kDestroyed)});
  EXPECT_EQ(bridge_->report().conflicting.count, 0);
  EXPECT_EQ(Find(*bridge_, "deleted")->state, UserState::kDeleted);
  EXPECT_EQ(Find(*bridge_, "destroyed")->state, UserState::kDestroyed);
  const absl::StatusOr<Created> created = Create(*bridge_, "destroyed", StoredKey('n'));
  EXPECT_FALSE(created->created);
  EXPECT_EQ(created->keys.state, UserState::kDestroyed);
}

TEST_F(BridgedKeyStoreTest, ATombstoneGetsNoRow) {
  Start({UserWith("destroyed", 'k', UserState::kDestroyed)});
  EXPECT_FALSE(Create(*bridge_, "destroyed", StoredKey('n'))->created);
  EXPECT_EQ(LegacyKeyOf("destroyed"), "");
}

TEST_F(BridgedKeyStoreTest, AUserWhoCameToTheModuleSinceTheStartIsFound) {
  Start();
  python_.InsertLegacy(LegacyKey("alice", 'p'));
  EXPECT_EQ(StoredKeyOf("alice"), StoredKey('p').wrapped_key);
  EXPECT_EQ(fake_->size(), 1);
}

TEST_F(BridgedKeyStoreTest, ARowThatIsThereAlreadyWins) {
  Start();
  python_.InsertLegacy(LegacyKey("alice", 'p'));
  const absl::StatusOr<Created> created = Create(*bridge_, "alice", StoredKey('k'));
  ASSERT_TRUE(created.ok()) << created.status();
  EXPECT_FALSE(created->created);
  EXPECT_EQ(created->keys.versions[0].wrapped_key, StoredKey('p').wrapped_key);
  EXPECT_EQ(LegacyKeyOf("alice"), LegacyKey("alice", 'p').encrypted_key);
}

TEST_F(BridgedKeyStoreTest, ANewKeyIsInTheLegacyFileBeforeItIsStored) {
  Start();
  inner_->Hold(Call::kCreate);
  const Answer<Created> answer = StartCreate(*bridge_, "alice", StoredKey('k'));
  inner_->WaitForHeld(Call::kCreate, 1);
  EXPECT_EQ(LegacyKeyOf("alice"), LegacyKey("alice", 'k').encrypted_key);
  EXPECT_EQ(fake_->size(), 0);
  EXPECT_FALSE(answer.IsThere());
  inner_->Release(Call::kCreate);
  EXPECT_TRUE(answer.Wait()->created);
}

TEST_F(BridgedKeyStoreTest, ACrashBetweenTheTwoCommitsLosesNothing) {
  Start();
  inner_->Fail(Call::kCreate, errors::StoreUnavailable("gone"));
  EXPECT_EQ(errors::Reason(Create(*bridge_, "alice", StoredKey('k')).status()),
            "STORE_UNAVAILABLE");
  EXPECT_EQ(fake_->size(), 0);

  Start();
  EXPECT_EQ(bridge_->report().imported, 1);
  const absl::StatusOr<Created> again = Create(*bridge_, "alice", StoredKey('x'));
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->keys.versions[0].wrapped_key, StoredKey('k').wrapped_key);
}

TEST_F(BridgedKeyStoreTest, AfterAFailedStoreTheNextCallTakesTheRow) {
  Start();
  inner_->Fail(Call::kCreate, errors::StoreUnavailable("busy"));
  EXPECT_FALSE(Create(*bridge_, "alice", StoredKey('k')).ok());
  inner_->Fail(Call::kCreate, absl::OkStatus());
  EXPECT_EQ(Create(*bridge_, "alice", StoredKey('x'))->keys.versions[0].wrapped_key,
            StoredKey('k').wrapped_key);
}

TEST_F(BridgedKeyStoreTest, AStoreThatCannotBeReadGetsNoLegacyRow) {
  Start();
  inner_->Fail(Call::kFind, errors::StoreUnavailable("gone"));
  EXPECT_EQ(errors::Reason(Create(*bridge_, "alice", StoredKey('k')).status()),
            "STORE_UNAVAILABLE");
  EXPECT_EQ(errors::Reason(Find(*bridge_, "alice").status()), "STORE_UNAVAILABLE");
  EXPECT_EQ(LegacyKeyOf("alice"), "");
}

TEST_F(BridgedKeyStoreTest, ARowThatCannotBeStoredIsNotServed) {
  Start();
  python_.InsertLegacy(LegacyKey("alice", 'p'));
  inner_->Fail(Call::kCreate, errors::StoreUnavailable("full"));
  EXPECT_EQ(errors::Reason(Find(*bridge_, "alice").status()), "STORE_UNAVAILABLE");
  inner_->Fail(Call::kCreate, absl::OkStatus());
  EXPECT_EQ(StoredKeyOf("alice"), StoredKey('p').wrapped_key);
}

TEST_F(BridgedKeyStoreTest, ATableThatTakesNoRowsGivesNobodyAKey) {
  Start();
  python_.Run(
      "CREATE TRIGGER refuse BEFORE INSERT ON encryption_keys"
      " BEGIN SELECT RAISE(IGNORE); END");
  EXPECT_EQ(errors::Reason(Create(*bridge_, "alice", StoredKey('k')).status()),
            "STORE_UNAVAILABLE");
  EXPECT_EQ(fake_->size(), 0);
}

TEST_F(BridgedKeyStoreTest, AKeyThatCannotBeExportedFailsAlone) {
  Start();
  inner_->Hold(Call::kFind);
  KeyVersion broken = StoredKey('k');
  broken.wrapped_key[0] ^= 1;
  const Answer<Created> bad = StartCreate(*bridge_, "bad", broken);
  const Answer<Created> good = StartCreate(*bridge_, "good", StoredKey('k'));
  inner_->Release(Call::kFind);
  EXPECT_EQ(errors::Reason(bad.Wait().status()), "STORED_KEY_CORRUPT");
  EXPECT_TRUE(good.Wait().ok());
  EXPECT_EQ(LegacyKeyOf("bad"), "");
}

TEST_F(BridgedKeyStoreTest, WhileTheModuleHoldsItsFileNewUsersWaitAndKnownOnesAreServed) {
  Start({UserWith("known", 'k')});
  python_.Run("BEGIN EXCLUSIVE");
  EXPECT_EQ(errors::Reason(Create(*bridge_, "alice", StoredKey('k')).status()),
            "STORE_UNAVAILABLE");
  EXPECT_EQ(errors::Reason(Find(*bridge_, "alice").status()), "STORE_UNAVAILABLE");
  EXPECT_EQ(StoredKeyOf("known"), StoredKey('k').wrapped_key);
  python_.Run("ROLLBACK");
  EXPECT_TRUE(Create(*bridge_, "alice", StoredKey('k'))->created);
}

TEST_F(BridgedKeyStoreTest, ACommitThatTheModulesReadingHoldsUpLeavesNoRowAndCanBeTriedAgain) {
  Start();
  python_.Run("BEGIN");
  ASSERT_EQ(LegacyKeyOf("alice"), "");  // reads, and so keeps a shared lock until the end
  EXPECT_EQ(errors::Reason(Create(*bridge_, "alice", StoredKey('k')).status()),
            "STORE_UNAVAILABLE");
  python_.Run("ROLLBACK");
  EXPECT_EQ(LegacyKeyOf("alice"), "");
  EXPECT_TRUE(Create(*bridge_, "alice", StoredKey('n'))->created);
  EXPECT_EQ(LegacyKeyOf("alice"), LegacyKey("alice", 'n').encrypted_key);
}

TEST_F(BridgedKeyStoreTest, BothProgramsAtWorkAtOnceAgreeOnOneKeyAUser) {
  constexpr int kUsers = 150;
  auto sqlite = SqliteStore::Open({.path = folder_.File("keys.db")});
  ASSERT_TRUE(sqlite.ok()) << sqlite.status();
  auto bridge = BridgedKeyStore::Open({.path = path_}, *std::move(sqlite),
                                      std::make_unique<PlainTranscoder>());
  ASSERT_TRUE(bridge.ok()) << bridge.status();
  bridge_ = *std::move(bridge);
  std::thread module([this] {
    RawSqlite file(path_);
    for (int i = kUsers - 1; i >= 0; --i) {
      file.InsertLegacy(LegacyKey(absl::StrCat("user-", i), 'p'));
    }
  });
  std::vector<Answer<Created>> answers;
  for (int i = 0; i < kUsers; ++i) {
    answers.push_back(StartCreate(*bridge_, absl::StrCat("user-", i), StoredKey('k')));
    if (i % 10 == 0) answers.back().Wait().IgnoreError();
  }
  module.join();
  for (int i = 0; i < kUsers; ++i) {
    const absl::StatusOr<Created> created = answers[i].Wait();
    ASSERT_TRUE(created.ok()) << created.status();
    const LegacyRow row{absl::StrCat("user-", i), LegacyKeyOf(absl::StrCat("user-", i)), ""};
    EXPECT_EQ(PlainTranscoder().Import(row)->wrapped_key, created->keys.versions[0].wrapped_key);
    EXPECT_EQ(StoredKeyOf(row.user_id), created->keys.versions[0].wrapped_key);
  }
}

TEST_F(BridgedKeyStoreTest, TheFileKeepsItsOwnJournalMode) {
  Start();
  ASSERT_TRUE(Create(*bridge_, "alice", StoredKey('k')).ok());
  EXPECT_THAT(python_.Query("PRAGMA journal_mode"), ElementsAre("delete"));
  bridge_.reset();
  python_.Run("PRAGMA journal_mode=WAL");
  Start();
  ASSERT_TRUE(Create(*bridge_, "bob", StoredKey('k')).ok());
  EXPECT_THAT(python_.Query("PRAGMA journal_mode"), ElementsAre("wal"));
}

class BridgedFileTest : public ::testing::Test {
 protected:
  absl::StatusOr<std::unique_ptr<BridgedKeyStore>> Open() {
    return BridgedKeyStore::Open({.path = path_}, std::make_unique<FakeKeyStore>(),
                                 std::make_unique<PlainTranscoder>());
  }
  const TemporaryFolder folder_;
  std::string path_ = folder_.File("legacy.db");
};

TEST_F(BridgedFileTest, AMissingFileIsRefusedAndNotMade) {
  EXPECT_THAT(std::string(Open().status().message()),
              AllOf(HasSubstr(path_), HasSubstr("no such file")));
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(BridgedFileTest, AnEmptyFileGetsTheModulesTable) {
  folder_.Touch("legacy.db");
  ASSERT_TRUE(Create(**Open(), "alice", StoredKey('k')).ok());
  EXPECT_THAT(RawSqlite(path_).Query("SELECT user_id FROM encryption_keys"), ElementsAre("alice"));
}

TEST_F(BridgedFileTest, AFileThatIsNoDatabaseIsRefusedAndLeftAlone) {
  const std::string text(4096, 'x');
  std::ofstream(path_) << text;
  EXPECT_THAT(
      std::string(Open().status().message()),
      AllOf(HasSubstr("cannot open the legacy database " + path_), HasSubstr("not a database")));
  std::ifstream file(path_);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), text);
}

TEST_F(BridgedFileTest, KeywardsOwnDatabaseIsRefused) {
  ASSERT_TRUE(SqliteStore::Open({.path = path_}).ok());
  const std::string message(Open().status().message());
  EXPECT_THAT(message, AllOf(HasSubstr(path_), HasSubstr("--legacy_db")));
  EXPECT_THAT(RawSqlite(path_).Query("SELECT name FROM sqlite_schema WHERE name LIKE 'enc%'"),
              IsEmpty());
}

}  // namespace
}  // namespace keyward::store
