#include "server/store/bridged_key_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/errors/errors.h"
#include "server/store/fake_key_store.h"
#include "server/store/faulty_key_store.h"
#include "server/store/sqlite_store.h"
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
using ::testing::SizeIs;
using Call = FaultyKeyStore::Call;

UserKeys UserWith(const std::string& user_id, char fill, UserState state = UserState::kActive) {
  return {.user_id = user_id, .primary_version = 1, .state = state, .versions = {StoredKey(fill)}};
}

class BridgedKeyStoreTest : public ::testing::Test {
 protected:
  BridgedKeyStoreTest() { python_.MakeLegacyTable(); }

  // The bridge over a fake store with these users in it. It can be called again: a new start of the
  // server, on what the one before left in the store.
  void Start(const std::vector<UserKeys>& users = {}) {
    auto fake = std::make_unique<FakeKeyStore>();
    fake_ = fake.get();
    for (const UserKeys& user : users) fake->Put(user);
    auto faulty = std::make_unique<FaultyKeyStore>(std::move(fake));
    inner_ = faulty.get();
    bridge_.reset();
    auto bridge = BridgedKeyStore::Open({.path = path_, .busy_timeout = absl::ZeroDuration()},
                                        std::move(faulty), std::make_unique<PlainTranscoder>());
    ASSERT_TRUE(bridge.ok()) << bridge.status();
    bridge_ = *std::move(bridge);
  }

  std::string LegacyKeyOf(const std::string& user_id) {
    const std::vector<std::string> rows = python_.Query(
        absl::StrCat("SELECT encrypted_key FROM encryption_keys WHERE user_id = '", user_id, "'"));
    return rows.empty() ? "" : rows.front();
  }
  std::string StoredKeyOf(const std::string& user_id) {
    const absl::StatusOr<UserKeys> found = Find(*bridge_, user_id);
    return found.ok() ? found->versions.at(0).wrapped_key : found.status().ToString();
  }

  const TemporaryFolder folder_;
  const std::string path_ = folder_.File("legacy.db");
  RawSqlite python_{path_};
  FakeKeyStore* fake_ = nullptr;
  FaultyKeyStore* inner_ = nullptr;
  std::unique_ptr<BridgedKeyStore> bridge_;
};

TEST_F(BridgedKeyStoreTest, ImportsTheLegacyUsersAtTheStart) {
  constexpr int kUsers = 1203;  // more than two pages
  python_.Run("BEGIN");
  for (int i = 0; i < kUsers; ++i) python_.InsertLegacy(LegacyKey(absl::StrCat("user-", i), 'p'));
  python_.Run("COMMIT");
  Start();
  EXPECT_EQ(bridge_->report().imported, kUsers);
  EXPECT_EQ(bridge_->report().exported, 0);
  EXPECT_EQ(fake_->size(), kUsers);
  EXPECT_EQ(StoredKeyOf("user-1202"), StoredKey('p').wrapped_key);
}

TEST_F(BridgedKeyStoreTest, ASecondStartImportsNothingAnew) {
  python_.InsertLegacy(LegacyKey("alice", 'p'));
  Start({UserWith("alice", 'p')});
  EXPECT_EQ(bridge_->report().imported, 0);
  EXPECT_EQ(bridge_->report().already_there, 1);
  EXPECT_EQ(inner_->Count(Call::kCreate), 0);
}

TEST_F(BridgedKeyStoreTest, ARowThatNoKeyOpensStaysAndAnswersStoredKeyCorrupt) {
  LegacyRow broken = LegacyKey("alice", 'p');
  broken.encrypted_key[0] ^= 1;
  python_.InsertLegacy(broken);
  python_.InsertLegacy({"short", "x", "2024-01-01T00:00:00+00:00"});
  python_.InsertLegacy(LegacyKey("bob", 'p'));
  Start();
  EXPECT_EQ(bridge_->report().imported, 1);
  EXPECT_EQ(bridge_->report().unreadable.count, 2);
  EXPECT_THAT(bridge_->report().unreadable.first, ElementsAre("alice", "short"));
  for (const char* user : {"alice", "short"}) {
    EXPECT_EQ(errors::Reason(Find(*bridge_, user).status()), "STORED_KEY_CORRUPT");
    EXPECT_EQ(errors::Reason(Create(*bridge_, user, StoredKey('k')).status()),
              "STORED_KEY_CORRUPT");
  }
  EXPECT_EQ(LegacyKeyOf("alice"), broken.encrypted_key);
  EXPECT_EQ(LegacyKeyOf("short"), "x");
  EXPECT_EQ(fake_->size(), 1);
}

TEST_F(BridgedKeyStoreTest, TwoDifferentKeysAreReportedAndBothLeft) {
  python_.InsertLegacy(LegacyKey("alice", 'p'));
  Start({UserWith("alice", 'k')});
  EXPECT_THAT(bridge_->report().conflicting.first, ElementsAre("alice"));
  EXPECT_EQ(bridge_->report().already_there, 0);
  EXPECT_EQ(LegacyKeyOf("alice"), LegacyKey("alice", 'p').encrypted_key);
  EXPECT_EQ(StoredKeyOf("alice"), StoredKey('k').wrapped_key);
}

TEST_F(BridgedKeyStoreTest, OnlyTheFirstOfManyConflictsAreNamed) {
  std::vector<UserKeys> users;
  for (int i = 0; i < 30; ++i) {
    python_.InsertLegacy(LegacyKey(absl::StrCat("user-", i), 'p'));
    users.push_back(UserWith(absl::StrCat("user-", i), 'k'));
  }
  Start(users);
  EXPECT_EQ(bridge_->report().conflicting.count, 30);
  EXPECT_THAT(bridge_->report().conflicting.first, SizeIs(10));
}

TEST_F(BridgedKeyStoreTest, ActiveUsersWhomTheLegacyFileLacksAreExportedAtTheStart) {
  python_.InsertLegacy(LegacyKey("both", 'p'));
  Start({UserWith("alice", 'k'), UserWith("both", 'p'),
         UserWith("disabled", 'k', UserState::kDisabled),
         UserWith("gone", 'k', UserState::kDestroyed), UserWith("zoe", 'z')});
  EXPECT_EQ(bridge_->report().exported, 2);
  EXPECT_EQ(LegacyKeyOf("alice"), LegacyKey("alice", 'k').encrypted_key);
  EXPECT_EQ(LegacyKeyOf("zoe"), LegacyKey("zoe", 'z').encrypted_key);
  EXPECT_THAT(python_.Query("SELECT user_id FROM encryption_keys ORDER BY user_id"),
              ElementsAre("alice", "both", "zoe"));
}

TEST_F(BridgedKeyStoreTest, AStoredKeyThatDoesNotOpenIsReportedAndNotExported) {
  UserKeys broken = UserWith("alice", 'k');
  broken.versions[0].wrapped_key[0] ^= 1;
  UserKeys keyless = UserWith("bob", 'k');
  keyless.versions.clear();
  Start({broken, keyless});
  EXPECT_THAT(bridge_->report().unreadable.first, ElementsAre("alice", "bob"));
  EXPECT_THAT(python_.Query("SELECT user_id FROM encryption_keys"), IsEmpty());
}

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

TEST_F(BridgedKeyStoreTest, RowsWhoseUserIdIsNoTextArePassedOver) {
  python_.Run("INSERT INTO encryption_keys VALUES (NULL, x'00', ''), (x'ff', x'00', '')");
  python_.InsertLegacy(LegacyKey("alice", 'p'));
  Start();
  EXPECT_EQ(bridge_->report().imported, 1);
  EXPECT_EQ(bridge_->report().unreadable.count, 0);
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

TEST_F(BridgedFileTest, AMissingFileIsMadeAsTheModuleMakesIt) {
  ASSERT_TRUE(Create(**Open(), "alice", StoredKey('k')).ok());
  struct stat status = {};
  ASSERT_EQ(stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  EXPECT_THAT(RawSqlite(path_).Query("SELECT user_id FROM encryption_keys"), ElementsAre("alice"));
}

TEST_F(BridgedFileTest, KeywardsOwnDatabaseIsRefused) {
  ASSERT_TRUE(SqliteStore::Open({.path = path_}).ok());
  const std::string message(Open().status().message());
  EXPECT_THAT(message, AllOf(HasSubstr(path_), HasSubstr("--legacy_db")));
  EXPECT_THAT(RawSqlite(path_).Query("SELECT name FROM sqlite_schema WHERE name LIKE 'enc%'"),
              IsEmpty());
}

TEST_F(BridgedFileTest, AMissingFolderIsNamed) {
  path_ = folder_.File("missing/legacy.db");
  EXPECT_THAT(std::string(Open().status().message()),
              AllOf(HasSubstr(path_), HasSubstr("there is no folder")));
}

}  // namespace
}  // namespace keyward::store
