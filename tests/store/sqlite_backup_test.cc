// Backups of a database that is being served.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/store/fake_key_store.h"
#include "server/store/frozen_database.h"
#include "server/store/sqlite_store.h"
#include "tests/store/user_changes.h"
#include "tests/testing/faulty_vfs.h"
#include "tests/testing/plain_transcoder.h"
#include "tests/testing/store_calls.h"
#include "tests/testing/temporary_folder.h"

namespace keyward::store {
namespace {

using namespace ::keyward::testing;  // NOLINT(build/namespaces): calls and changes, all of them
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::vector<std::string> FilesIn(const std::string& folder) {
  std::vector<std::string> names;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    names.push_back(file.path().filename());
  }
  return names;
}

class SqliteBackupTest : public ::testing::Test {
 protected:
  FaultyVfs vfs_;
  const TemporaryFolder folder_;
  const TemporaryFolder elsewhere_;
  const std::string copy_ = elsewhere_.File("copy.db");
  std::unique_ptr<SqliteStore> store_ = *SqliteStore::Open({.path = folder_.File("keys.db")});
};

TEST_F(SqliteBackupTest, HoldsAllThatWasStoredBeforeItBegan) {
  std::vector<NewUser> users;
  for (int i = 0; i < 3'000; ++i) users.push_back({absl::StrCat("user-", i), StoredKey('k')});
  CreateMany(*store_, std::move(users));
  ASSERT_TRUE(Update(*store_, "user-7", Rotating(StoredKey('r'), "request")).ok());
  ASSERT_TRUE(PutNote(*store_, "job", "text").ok());
  const absl::Status written = Backup(*store_, copy_);
  ASSERT_TRUE(written.ok()) << written;
  EXPECT_THAT(FilesIn(elsewhere_.path()), ElementsAre("copy.db")) << "no log, nothing half done";
  struct stat status = {};
  ASSERT_EQ(stat(copy_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);

  EXPECT_EQ(*(*FrozenDatabase::Open(copy_))->CountVersions(), 3'001U);
  EXPECT_THAT(*(*FrozenDatabase::Open(copy_))->CheckIntegrity(nullptr), IsEmpty());
  auto restored = SqliteStore::Open({.path = copy_});
  ASSERT_TRUE(restored.ok()) << restored.status();
  EXPECT_EQ(*Find(**restored, "user-7"), *Find(*store_, "user-7"));
  EXPECT_EQ(*GetNote(**restored, "job"), "text");
}

TEST_F(SqliteBackupTest, TheStoreGoesOnMeanwhile) {
  std::vector<Answer<bool>> backups;
  for (int i = 0; i < 5; ++i) {
    backups.push_back(StartBackup(*store_, elsewhere_.File(absl::StrCat(i, ".db"))));
    for (int u = 0; u < 20; ++u) {
      ASSERT_TRUE(Create(*store_, absl::StrCat("user-", i, "-", u), StoredKey('k')).ok());
    }
  }
  for (const Answer<bool>& backup : backups) EXPECT_TRUE(backup.Wait().ok());
}

TEST_F(SqliteBackupTest, NeverOverwrites) {
  std::ofstream(copy_) << "precious";
  const absl::Status refused = Backup(*store_, copy_);
  EXPECT_TRUE(absl::IsAlreadyExists(refused)) << refused;
  EXPECT_THAT(std::string(refused.message()), HasSubstr(copy_));
  EXPECT_EQ(std::filesystem::file_size(copy_), 8U);
}

TEST_F(SqliteBackupTest, NamesAFolderThatIsMissing) {
  const absl::Status refused = Backup(*store_, elsewhere_.File("none/copy.db"));
  EXPECT_THAT(std::string(refused.message()), HasSubstr("there is no folder"));
}

TEST_F(SqliteBackupTest, LeavesNothingBehindWhereItFails) {
  ASSERT_TRUE(Create(*store_, "alice", StoredKey('a')).ok());
  vfs_.Fail(FaultyVfs::Operation::kWrite, SQLITE_FULL);
  const absl::Status failed = Backup(*store_, copy_);
  vfs_.Fail(FaultyVfs::Operation::kWrite, SQLITE_OK);
  EXPECT_THAT(std::string(failed.message()), HasSubstr(copy_));
  EXPECT_THAT(FilesIn(elsewhere_.path()), IsEmpty());
  EXPECT_TRUE(Backup(*store_, copy_).ok());
}

TEST_F(SqliteBackupTest, TakesTheNameThatACrashLeftHalfDone) {
  std::ofstream(copy_ + ".partial") << "half";
  EXPECT_TRUE(Backup(*store_, copy_).ok());
  EXPECT_THAT(FilesIn(elsewhere_.path()), SizeIs(1));
}

TEST(FakeBackupTest, HasNoFile) {
  FakeKeyStore fake;
  EXPECT_TRUE(absl::IsUnimplemented(Backup(fake, "/nowhere")));
}

}  // namespace
}  // namespace keyward::store
