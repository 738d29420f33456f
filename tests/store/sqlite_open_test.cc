// Which files SqliteStore opens, how it leaves those that it refuses, and what it tells the
// operator.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "server/errors/errors.h"
#include "server/store/sqlite_store.h"
#include "tests/testing/plain_transcoder.h"
#include "tests/testing/raw_sqlite.h"
#include "tests/testing/store_calls.h"
#include "tests/testing/temporary_folder.h"

namespace keyward::store {
namespace {

using ::keyward::testing::Create;
using ::keyward::testing::Find;
using ::keyward::testing::RawSqlite;
using ::keyward::testing::StoredKey;
using ::keyward::testing::TemporaryFolder;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::string Contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Permissions mean nothing to root: for the scope, this process has another user's.
class UnprivilegedScope {
 public:
  UnprivilegedScope() {
    constexpr uid_t kNobody = 65534;
    if (geteuid() == 0) was_root_ = seteuid(kNobody) == 0;
  }
  ~UnprivilegedScope() {
    if (was_root_ && seteuid(0) != 0) std::abort();
  }

 private:
  bool was_root_ = false;
};

class SqliteOpenTest : public ::testing::Test {
 protected:
  std::unique_ptr<SqliteStore> MustOpen() {
    auto store = SqliteStore::Open({.path = path_});
    EXPECT_TRUE(store.ok()) << store.status();
    return store.ok() ? *std::move(store) : nullptr;
  }
  // The line for the operator; empty if the file opened.
  std::string Refusal() {
    const std::string message(SqliteStore::Open({.path = path_}).status().message());
    EXPECT_THAT(message, Not(HasSubstr("\n")));
    return message;
  }

  const TemporaryFolder folder_;
  std::string path_ = folder_.File("keys.db");
};

TEST_F(SqliteOpenTest, KeysOutliveTheStore) {
  ASSERT_TRUE(Create(*MustOpen(), "alice", StoredKey('a')).ok());
  const absl::StatusOr<UserKeys> found = Find(*MustOpen(), "alice");
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(found->versions[0].wrapped_key, StoredKey('a').wrapped_key);
}

TEST_F(SqliteOpenTest, NewFilesBelongToTheirOwnerAlone) {
  const mode_t before = umask(0);
  const std::unique_ptr<SqliteStore> store = MustOpen();
  ASSERT_TRUE(Create(*store, "alice", StoredKey('a')).ok());
  umask(before);
  for (const char* suffix : {"", "-wal", "-shm", ".lock"}) {
    struct stat status = {};
    ASSERT_EQ(stat((path_ + suffix).c_str(), &status), 0) << suffix;
    EXPECT_EQ(status.st_mode & 0777, 0600u) << suffix;
  }
}

TEST_F(SqliteOpenTest, ACleanEndLeavesNoLogBehind) {
  ASSERT_TRUE(Create(*MustOpen(), "alice", StoredKey('a')).ok());
  EXPECT_FALSE(std::filesystem::exists(path_ + "-wal"));
}

TEST_F(SqliteOpenTest, TheFileHasTheSettingsOfItsFormat) {
  MustOpen();
  RawSqlite raw(path_);
  EXPECT_THAT(raw.Query("PRAGMA journal_mode"), ElementsAre("wal"));
  EXPECT_THAT(raw.Query("PRAGMA application_id"), ElementsAre("1262836055"));
  EXPECT_THAT(raw.Query("SELECT version FROM schema_version"), ElementsAre("1", "2", "3"));
  EXPECT_THAT(raw.Query("SELECT name FROM pragma_table_list WHERE schema = 'main' AND strict "
                        "ORDER BY name"),
              ElementsAre("notes", "retired_keks", "schema_version", "user_keys", "users"));
}

TEST_F(SqliteOpenTest, MigrationsAreAppliedOnce) {
  MustOpen();
  const auto applied = RawSqlite(path_).Query("SELECT applied_at FROM schema_version");
  MustOpen();
  EXPECT_EQ(RawSqlite(path_).Query("SELECT applied_at FROM schema_version"), applied);
}

TEST_F(SqliteOpenTest, AFileThatAnInterruptedStartLeftEmptyIsTakenOver) {
  std::ofstream(path_).flush();
  EXPECT_TRUE(Create(*MustOpen(), "alice", StoredKey('a')).ok());
}

TEST_F(SqliteOpenTest, ADatabaseFromTheFutureIsRefusedAndLeftAsItIs) {
  MustOpen();
  RawSqlite(path_).Run("INSERT INTO schema_version VALUES (7, 'the future', 0)");
  const std::string before = Contents(path_);
  EXPECT_THAT(Refusal(), AllOf(HasSubstr(path_), HasSubstr("schema 7"), HasSubstr("up to 3")));
  EXPECT_EQ(Contents(path_), before);
}

TEST_F(SqliteOpenTest, ThePythonModulesDatabaseIsRefusedAndLeftAsItIs) {
  RawSqlite(path_).MakeLegacyTable();
  const std::string before = Contents(path_);
  EXPECT_THAT(Refusal(), HasSubstr("--legacy_db=" + path_));
  EXPECT_EQ(Contents(path_), before);
}

TEST_F(SqliteOpenTest, AnotherProgramsDatabaseIsRefusedAndLeftAsItIs) {
  RawSqlite(path_).Run("CREATE TABLE notes (text TEXT)");
  const std::string before = Contents(path_);
  EXPECT_THAT(Refusal(), HasSubstr("another program"));
  EXPECT_EQ(Contents(path_), before);
}

TEST_F(SqliteOpenTest, AFileThatIsNoDatabaseIsRefused) {
  std::ofstream(path_) << std::string(8192, 'x');
  EXPECT_THAT(Refusal(), AllOf(HasSubstr(path_), HasSubstr("not a database")));
}

TEST_F(SqliteOpenTest, AFolderInTheFilesPlaceIsRefused) {
  path_ = folder_.path();
  EXPECT_THAT(Refusal(), AllOf(HasSubstr(path_), HasSubstr("folder")));
}

TEST_F(SqliteOpenTest, AMissingFolderIsNamed) {
  path_ = folder_.File("missing/keys.db");
  EXPECT_THAT(Refusal(), AllOf(HasSubstr(path_), HasSubstr("there is no folder")));
}

TEST_F(SqliteOpenTest, AFolderThatMayNotBeWrittenIsRefused) {
  ASSERT_EQ(chmod(folder_.path().c_str(), 0555), 0);
  const UnprivilegedScope unprivileged;
  EXPECT_THAT(Refusal(), AllOf(HasSubstr(path_), HasSubstr("Permission denied")));
}

TEST_F(SqliteOpenTest, AFileThatMayNotBeReadIsRefused) {
  MustOpen();
  ASSERT_EQ(chmod(folder_.path().c_str(), 0777), 0);
  std::filesystem::remove(path_ + ".lock");
  ASSERT_EQ(chmod(path_.c_str(), 0), 0);
  const UnprivilegedScope unprivileged;
  EXPECT_THAT(Refusal(), AllOf(HasSubstr(path_), HasSubstr("unable to open")));
}

TEST_F(SqliteOpenTest, AReadOnlyFileServesReadsUntilItCanBeWritten) {
  ASSERT_TRUE(Create(*MustOpen(), "alice", StoredKey('a')).ok());
  ASSERT_EQ(chmod(folder_.path().c_str(), 0777), 0);
  std::filesystem::remove(path_ + ".lock");
  ASSERT_EQ(chmod(path_.c_str(), 0444), 0);
  std::unique_ptr<SqliteStore> store;
  {
    const UnprivilegedScope unprivileged;
    store = MustOpen();
    ASSERT_NE(store, nullptr);
    EXPECT_TRUE(Find(*store, "alice").ok()) << Find(*store, "alice").status();
    const absl::Status refused = Create(*store, "bob", StoredKey('b')).status();
    EXPECT_EQ(errors::Reason(refused), "STORE_UNAVAILABLE") << refused;
    EXPECT_THAT(std::string(refused.message()), HasSubstr("readonly"));
  }
  for (const char* suffix : {"", "-wal", "-shm"}) chmod((path_ + suffix).c_str(), 0666);
  const UnprivilegedScope unprivileged;
  EXPECT_TRUE(Create(*store, "bob", StoredKey('b')).ok());
  EXPECT_TRUE(Find(*store, "bob").ok());
  store.reset();
}

TEST_F(SqliteOpenTest, ASecondStoreOnTheSameFileIsToldWhoHasIt) {
  const std::unique_ptr<SqliteStore> first = MustOpen();
  EXPECT_THAT(Refusal(), AllOf(HasSubstr(path_), HasSubstr(absl::StrCat("process ", getpid())),
                               HasSubstr("keyward-server")));
  const std::string link = folder_.File("link.db");
  std::filesystem::create_symlink(path_, link);
  path_ = link;
  EXPECT_THAT(Refusal(), HasSubstr("in use"));
}

TEST_F(SqliteOpenTest, AnotherProcessHoldsTheLockUntilItEnds) {
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t child = fork();
  if (child == 0) {
    const auto lock = DatabaseLock::Acquire(path_, "keyward backup");
    const char answer = lock.ok() ? 'y' : 'n';
    if (write(ready[1], &answer, 1) == 1) pause();
    _exit(0);
  }
  char answer = 0;
  ASSERT_EQ(read(ready[0], &answer, 1), 1);
  ASSERT_EQ(answer, 'y');
  EXPECT_THAT(Refusal(), AllOf(HasSubstr(absl::StrCat("process ", child)),
                               HasSubstr("keyward backup"), HasSubstr("in use")));
  kill(child, SIGKILL);
  ASSERT_EQ(waitpid(child, nullptr, 0), child);
  EXPECT_NE(MustOpen(), nullptr);
  close(ready[0]);
  close(ready[1]);
}

// Every key that was answered before the process was killed is there afterwards.
TEST_F(SqliteOpenTest, AKilledProcessLosesNoKeyThatItAnswered) {
  int answered[2];
  ASSERT_EQ(pipe(answered), 0);
  const pid_t child = fork();
  if (child == 0) {
    auto store = SqliteStore::Open({.path = path_, .checkpoint_pages = 20});
    for (int i = 0; store.ok(); ++i) {
      if (!Create(**store, absl::StrCat("user-", i), StoredKey('a')).ok()) break;
      if (write(answered[1], &i, sizeof(i)) != sizeof(i)) break;
    }
    _exit(1);
  }
  close(answered[1]);
  int last = -1;
  while (last < 100) ASSERT_EQ(read(answered[0], &last, sizeof(last)), sizeof(last));
  kill(child, SIGKILL);
  while (read(answered[0], &last, sizeof(last)) == sizeof(last)) {
  }
  ASSERT_EQ(waitpid(child, nullptr, 0), child);
  close(answered[0]);

  const std::unique_ptr<SqliteStore> store = MustOpen();
  for (int i = 0; i <= last; ++i) {
    EXPECT_TRUE(Find(*store, absl::StrCat("user-", i)).ok()) << i;
  }
}

}  // namespace
}  // namespace keyward::store
