// When SqliteStore answers, what one sync covers, and what is left when the disk fails.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/mount.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/errors/errors.h"
#include "server/store/sqlite_store.h"
#include "tests/testing/faulty_vfs.h"
#include "tests/testing/plain_transcoder.h"
#include "tests/testing/store_calls.h"
#include "tests/testing/temporary_folder.h"

namespace keyward::store {
namespace {

using ::keyward::testing::Answer;
using ::keyward::testing::Create;
using ::keyward::testing::CreateMany;
using ::keyward::testing::FaultyVfs;
using ::keyward::testing::Find;
using ::keyward::testing::StartCreate;
using ::keyward::testing::StoredKey;
using ::keyward::testing::TemporaryFolder;
using Operation = FaultyVfs::Operation;

// The writer's, and the one that keeps the log's index; readers open theirs when they read. Each
// opens the database and the log.
constexpr int kAllConnections = 4;

std::string User(int i) { return absl::StrCat("user-", i); }

std::unique_ptr<SqliteStore> MustOpen(SqliteStoreOptions options) {
  auto store = SqliteStore::Open(std::move(options));
  EXPECT_TRUE(store.ok()) << store.status();
  return *std::move(store);
}

class SqliteCommitTest : public ::testing::Test {
 protected:
  // Answers of creates that all come while the sync of another one's commit is held.
  std::vector<Answer<Created>> CreateDuringHeldSync(int users) {
    vfs_.HoldLogSyncs();
    std::vector<Answer<Created>> answers = {StartCreate(*store_, "first", StoredKey('f'))};
    vfs_.WaitForHeldSync();
    for (int i = 0; i < users; ++i) {
      answers.push_back(StartCreate(*store_, User(i), StoredKey('a')));
    }
    return answers;
  }

  FaultyVfs vfs_;
  const TemporaryFolder folder_;
  const std::string path_ = folder_.File("keys.db");
  std::unique_ptr<SqliteStore> store_ = MustOpen({.path = path_});
};

TEST_F(SqliteCommitTest, AllThatWaitShareOneSync) {
  ASSERT_TRUE(Create(*store_, "warm", StoredKey('w')).ok());
  const int before = vfs_.LogSyncs();
  const std::vector<Answer<Created>> answers = CreateDuringHeldSync(500);
  vfs_.Release();
  for (const Answer<Created>& answer : answers) EXPECT_TRUE(answer.Wait()->created);
  EXPECT_EQ(vfs_.LogSyncs() - before, 2) << "one for the first, one for all the others";
}

TEST_F(SqliteCommitTest, ManyCreatedAtOnceShareOneSync) {
  ASSERT_TRUE(Create(*store_, "warm", StoredKey('w')).ok());
  const int before = vfs_.LogSyncs();
  std::vector<NewUser> users;
  for (int i = 0; i < 500; ++i) users.push_back({User(i), StoredKey('a')});
  for (const auto& created : CreateMany(*store_, std::move(users))) EXPECT_TRUE(created->created);
  EXPECT_EQ(vfs_.LogSyncs() - before, 1);
}

TEST_F(SqliteCommitTest, NobodyIsAnsweredBeforeTheSync) {
  ASSERT_TRUE(Create(*store_, "warm", StoredKey('w')).ok());
  const std::vector<Answer<Created>> answers = CreateDuringHeldSync(10);
  // A reader's answer, begun after the commit reached its sync: what is not yet durable is not
  // seen.
  EXPECT_EQ(errors::Reason(Find(*store_, "first").status()), "USER_KEY_NOT_FOUND");
  for (const Answer<Created>& answer : answers) EXPECT_FALSE(answer.IsThere());
  vfs_.Release();
  for (const Answer<Created>& answer : answers) EXPECT_TRUE(answer.Wait().ok());
}

TEST_F(SqliteCommitTest, ARowThatCannotBeStoredFailsAlone) {
  ASSERT_TRUE(Create(*store_, "warm", StoredKey('w')).ok());
  std::vector<Answer<Created>> answers = CreateDuringHeldSync(3);
  KeyVersion bad = StoredKey('x');
  bad.kek_id.clear();
  const Answer<Created> poisoned = StartCreate(*store_, "bad", bad);
  answers.push_back(StartCreate(*store_, "last", StoredKey('l')));
  vfs_.Release();
  EXPECT_EQ(errors::Reason(poisoned.Wait().status()), "STORED_KEY_CORRUPT");
  for (const Answer<Created>& answer : answers) EXPECT_TRUE(answer.Wait().ok());
}

TEST_F(SqliteCommitTest, TheLogStaysSmall) {
  store_.reset();
  store_ = MustOpen({.path = path_, .checkpoint_pages = 20});
  for (int i = 0; i < 300; ++i) ASSERT_TRUE(Create(*store_, User(i), StoredKey('a')).ok());
  EXPECT_LT(std::filesystem::file_size(path_ + "-wal"), 60 * 4120u);
}

TEST_F(SqliteCommitTest, AFailedFirstStartLeavesNothingHalf) {
  store_.reset();
  const std::string path = folder_.File("new.db");
  vfs_.Fail(Operation::kSync, SQLITE_IOERR_FSYNC);
  EXPECT_TRUE(absl::IsUnavailable(SqliteStore::Open({.path = path}).status()));
  vfs_.Fail(Operation::kSync, SQLITE_OK);
  EXPECT_TRUE(Create(*MustOpen({.path = path}), "alice", StoredKey('a')).ok());
}

struct Failure {
  std::string name;
  Operation operation;
  int code;
};

class SqliteFailureTest : public SqliteCommitTest, public ::testing::WithParamInterface<Failure> {};

TEST_P(SqliteFailureTest, AFailedGroupLeavesNothingBehindAndTheStoreRecovers) {
  ASSERT_TRUE(Create(*store_, "warm", StoredKey('w')).ok());
  const std::vector<Answer<Created>> answers = CreateDuringHeldSync(20);
  vfs_.Fail(GetParam().operation, GetParam().code);
  vfs_.Release();
  for (size_t i = 1; i < answers.size(); ++i) {
    const absl::Status status = answers[i].Wait().status();
    EXPECT_EQ(errors::Reason(status), "STORE_UNAVAILABLE") << status;
  }
  vfs_.Fail(GetParam().operation, SQLITE_OK);
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(errors::Reason(Find(*store_, User(i)).status()), "USER_KEY_NOT_FOUND");
  }
  std::vector<std::string> answered;
  for (int i = 0; i < 20; ++i) {
    const absl::StatusOr<Created> created = Create(*store_, User(i), StoredKey('b'));
    ASSERT_TRUE(created.ok()) << created.status();
    // After a sync that failed, the group may turn out to be stored.
    EXPECT_TRUE(created->created || GetParam().operation == Operation::kSync);
    answered.push_back(created->keys.versions[0].wrapped_key);
  }
  store_.reset();
  store_ = MustOpen({.path = path_});
  EXPECT_TRUE(Find(*store_, "warm").ok());
  for (int i = 0; i < 20; ++i) {
    const absl::StatusOr<UserKeys> found = Find(*store_, User(i));
    ASSERT_TRUE(found.ok()) << found.status();
    EXPECT_EQ(found->versions[0].wrapped_key, answered[static_cast<size_t>(i)]);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Failures, SqliteFailureTest,
    ::testing::Values(Failure{"FullDisk", Operation::kWrite, SQLITE_FULL},
                      Failure{"BrokenDisk", Operation::kWrite, SQLITE_IOERR_WRITE},
                      Failure{"ReadOnlyFileSystem", Operation::kWrite, SQLITE_READONLY},
                      Failure{"FailedSync", Operation::kSync, SQLITE_IOERR_FSYNC}),
    [](const auto& each) { return each.param.name; });

TEST_F(SqliteCommitTest, WhileSyncsFailNothingIsWrittenAndReadsGoOn) {
  ASSERT_TRUE(Create(*store_, "warm", StoredKey('w')).ok());
  vfs_.Fail(Operation::kSync, SQLITE_IOERR_FSYNC);
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(errors::Reason(Create(*store_, User(i), StoredKey('a')).status()),
              "STORE_UNAVAILABLE");
    EXPECT_TRUE(Find(*store_, "warm").ok());
  }
}

TEST_F(SqliteCommitTest, AfterAFailedSyncAllConnectionsAreOpenedAnew) {
  ASSERT_TRUE(Create(*store_, "warm", StoredKey('w')).ok());
  vfs_.Fail(Operation::kSync, SQLITE_IOERR_FSYNC);
  EXPECT_FALSE(Create(*store_, "alice", StoredKey('a')).ok());
  vfs_.Fail(Operation::kSync, SQLITE_OK);
  const int before = vfs_.Opens();
  EXPECT_TRUE(Create(*store_, "bob", StoredKey('b')).ok());
  EXPECT_GE(vfs_.Opens() - before, kAllConnections);
}

// A checkpoint that began where the failed one ended would leave what that one wrote unsynced.
TEST_F(SqliteCommitTest, AfterACheckpointsFailedSyncAllConnectionsAreOpenedAnew) {
  store_.reset();
  store_ = MustOpen({.path = path_, .checkpoint_pages = 1});
  vfs_.FailDatabaseSyncs(true);
  EXPECT_TRUE(Create(*store_, "alice", StoredKey('a')).ok()) << "its log is synced";
  EXPECT_TRUE(Find(*store_, "alice").ok());
  const int before = vfs_.Opens();
  EXPECT_TRUE(Create(*store_, "bob", StoredKey('b')).ok());
  EXPECT_GE(vfs_.Opens() - before, kAllConnections);
  vfs_.FailDatabaseSyncs(false);
  for (int i = 0; i < 50; ++i) EXPECT_TRUE(Create(*store_, User(i), StoredKey('c')).ok());
  store_.reset();
  store_ = MustOpen({.path = path_});
  for (const char* user : {"alice", "bob", "user-49"})
    EXPECT_TRUE(Find(*store_, user).ok()) << user;
}

TEST_F(SqliteCommitTest, AReadThatFailsSaysSoAndTheStoreRecovers) {
  ASSERT_TRUE(Create(*store_, "alice", StoredKey('a')).ok());
  vfs_.Fail(Operation::kRead, SQLITE_IOERR_READ);
  const absl::Status status = Find(*store_, "alice").status();
  EXPECT_EQ(errors::Reason(status), "STORE_UNAVAILABLE") << status;
  vfs_.Fail(Operation::kRead, SQLITE_OK);
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(Find(*store_, "alice").ok());
}

// A small file system of its own, for root only.
class SmallDisk {
 public:
  explicit SmallDisk(const std::string& folder) : folder_(folder) {
    mounted_ = mount("tmpfs", folder.c_str(), "tmpfs", 0, "size=512k") == 0;
  }
  ~SmallDisk() {
    if (mounted_) umount2(folder_.c_str(), MNT_DETACH);
  }
  bool mounted() const { return mounted_; }
  bool Remount(unsigned long flags) {
    return mount("tmpfs", folder_.c_str(), "tmpfs", MS_REMOUNT | flags, "size=512k") == 0;
  }

 private:
  const std::string folder_;
  bool mounted_ = false;
};

TEST(SqliteDiskTest, AFullDiskLosesNothingAndCreatesWorkAgainOnceThereIsRoom) {
  const TemporaryFolder folder;
  const SmallDisk disk(folder.path());
  if (!disk.mounted()) GTEST_SKIP() << "only root can mount a small disk";
  const std::string ballast = folder.File("ballast");
  std::ofstream(ballast) << std::string(128 << 10, 'x');
  const std::unique_ptr<SqliteStore> store = MustOpen({.path = folder.File("keys.db")});
  int stored = 0;
  absl::Status status;
  while (status.ok() && stored < 100'000) {
    status = Create(*store, User(stored), StoredKey('a')).status();
    if (status.ok()) ++stored;
  }
  EXPECT_EQ(errors::Reason(status), "STORE_UNAVAILABLE") << status;
  for (int i = 0; i < stored; ++i) ASSERT_TRUE(Find(*store, User(i)).ok()) << i;
  EXPECT_EQ(errors::Reason(Find(*store, User(stored)).status()), "USER_KEY_NOT_FOUND");
  std::filesystem::remove(ballast);
  const absl::StatusOr<Created> created = Create(*store, User(stored), StoredKey('b'));
  ASSERT_TRUE(created.ok()) << created.status();
  EXPECT_TRUE(created->created);
}

TEST(SqliteDiskTest, AReadOnlyDiskIsRefusedAtTheStart) {
  const TemporaryFolder folder;
  SmallDisk disk(folder.path());
  if (!disk.mounted()) GTEST_SKIP() << "only root can mount a small disk";
  const std::string path = folder.File("keys.db");
  ASSERT_TRUE(Create(*MustOpen({.path = path}), "alice", StoredKey('a')).ok());
  ASSERT_TRUE(disk.Remount(MS_RDONLY));
  EXPECT_THAT(std::string(SqliteStore::Open({.path = path}).status().message()),
              ::testing::HasSubstr("Read-only file system"));
  ASSERT_TRUE(disk.Remount(0));
  EXPECT_TRUE(Find(*MustOpen({.path = path}), "alice").ok());
}

}  // namespace
}  // namespace keyward::store
