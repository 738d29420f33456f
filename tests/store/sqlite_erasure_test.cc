// What is left of keys that were taken away: nothing, in no file of the database.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/errors/errors.h"
#include "server/store/sqlite_store.h"
#include "tests/store/user_changes.h"
#include "tests/testing/faulty_vfs.h"
#include "tests/testing/plain_transcoder.h"
#include "tests/testing/raw_sqlite.h"
#include "tests/testing/store_calls.h"
#include "tests/testing/temporary_folder.h"

namespace keyward::store {
namespace {

using namespace ::keyward::testing;  // NOLINT(build/namespaces): calls and changes, all of them

// Every wrapped key is another one; its first bytes tell it from all others.
KeyVersion UniqueKey(int number) {
  KeyVersion key = StoredKey('k');
  std::string name = absl::StrCat("<", number, ">");
  name.resize(12, '.');
  key.wrapped_key.replace(0, 12, name);
  return key;
}

// What all files of the folder hold.
std::string BytesIn(const std::string& folder) {
  std::string bytes;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream file(entry.path(), std::ios::binary);
    bytes.append(std::istreambuf_iterator<char>(file), {});
  }
  return bytes;
}

class SqliteErasureTest : public ::testing::Test {
 protected:
  void Open(absl::Duration erasure_timeout = absl::Seconds(60)) {
    store_.reset();
    auto store = SqliteStore::Open({.path = path_, .erasure_timeout = erasure_timeout});
    ASSERT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
  }
  bool IsAnywhere(const KeyVersion& key) const {
    return BytesIn(folder_.path()).find(key.wrapped_key.substr(0, 12)) != std::string::npos;
  }

  // How many copies of each of the unique keys, named by its first bytes, the files hold.
  std::map<std::string, int> Copies() const {
    std::map<std::string, int> copies;
    const std::string bytes = BytesIn(folder_.path());
    const std::string rest = StoredKey('k').wrapped_key.substr(12);
    for (size_t at = bytes.find(rest); at != std::string::npos; at = bytes.find(rest, at + 1)) {
      ++copies[bytes.substr(at - 12, 12)];
    }
    return copies;
  }

  const TemporaryFolder folder_;
  const std::string path_ = folder_.File("keys.db");
  std::unique_ptr<SqliteStore> store_;
};

TEST_F(SqliteErasureTest, ADestroyedKeyIsInNoFileOnceTheCallerIsAnswered) {
  Open();
  ASSERT_TRUE(Create(*store_, "alice", UniqueKey(1)).ok());
  ASSERT_TRUE(Create(*store_, "bob", UniqueKey(2)).ok());
  ASSERT_TRUE(Update(*store_, "alice", Rotating(UniqueKey(3))).ok());
  EXPECT_TRUE(IsAnywhere(UniqueKey(1)));
  ASSERT_TRUE(Update(*store_, "alice", Destroying()).ok());
  EXPECT_FALSE(IsAnywhere(UniqueKey(1)));
  EXPECT_FALSE(IsAnywhere(UniqueKey(3)));
  EXPECT_TRUE(IsAnywhere(UniqueKey(2)));
  EXPECT_EQ(std::filesystem::file_size(path_ + "-wal"), 0U);
}

// With ids in any order SQLite splits pages all the time, and leaves copies of rows behind in them.
TEST_F(SqliteErasureTest, NothingIsLeftWhereManyRowsWereMovedAbout) {
  constexpr int kUsers = 10'000;
  Open();
  std::mt19937 chance(7);  // NOLINT(cert-msc51-cpp): the same each time
  std::vector<std::string> ids;
  for (int i = 0; i < kUsers; ++i) ids.push_back(absl::StrCat(std::string(chance() % 60, 'x'), i));
  std::shuffle(ids.begin(), ids.end(), chance);
  std::vector<NewUser> users;
  for (int i = 0; i < kUsers; ++i) users.push_back({ids[static_cast<size_t>(i)], UniqueKey(i)});
  CreateMany(*store_, users);
  for (int round = 1; round <= 2; ++round) {
    std::shuffle(ids.begin(), ids.end(), chance);
    const std::vector<std::string> some(ids.begin(), ids.begin() + kUsers / 3);
    int number = round * kUsers;
    UpdateMany(*store_, some,
               [&](const UserKeys& now) { return Rotating(UniqueKey(number++))(now); });
  }
  std::shuffle(ids.begin(), ids.end(), chance);
  const std::vector<std::string> gone(ids.begin(), ids.begin() + kUsers / 2);
  std::map<std::string, int> live;
  for (size_t i = gone.size(); i < ids.size(); ++i) {
    const absl::StatusOr<UserKeys> user = Find(*store_, ids[i]);
    for (const KeyVersion& key : user->versions) {
      live[key.wrapped_key.substr(0, 12)] = 1;
    }
  }
  for (const auto& user : UpdateMany(*store_, gone, Destroying())) ASSERT_TRUE(user.ok());
  EXPECT_EQ(Copies(), live);
}

// As an earlier release, or another program, may have left it in a page that is not written again.
TEST_F(SqliteErasureTest, NothingIsLeftInPagesThatOthersWrote) {
  Open();
  ASSERT_TRUE(Create(*store_, "alice", UniqueKey(1)).ok());
  store_.reset();
  {
    std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
    const std::string bytes(std::istreambuf_iterator<char>(file), {});
    // A leaf page without cells: those of the table of notes, say.
    const size_t empty = bytes.rfind(std::string("\x0a\0\0\0\0\x10\0\0", 8));
    ASSERT_NE(empty, std::string::npos);
    ASSERT_EQ(empty % 4096, 0U);
    file.seekp(static_cast<std::streamoff>(empty) + 1'000);
    file << UniqueKey(1).wrapped_key;
  }
  ASSERT_EQ(Copies().at(UniqueKey(1).wrapped_key.substr(0, 12)), 2);
  Open();
  ASSERT_TRUE(Update(*store_, "alice", Destroying()).ok());
  EXPECT_FALSE(IsAnywhere(UniqueKey(1)));
}

TEST_F(SqliteErasureTest, ARetiredMasterKeysWrappingsAreInNoFile) {
  Open();
  std::vector<NewUser> users;
  std::vector<std::string> ids;
  for (int i = 0; i < 2'000; ++i) {
    ids.push_back(absl::StrCat(i * 7919 % 2'000));
    users.push_back({ids.back(), UniqueKey(i)});
  }
  CreateMany(*store_, users);
  KeyVersion anew = StoredKey('n');
  anew.kek_id = "new-kek!";
  UpdateMany(*store_, ids, Changing([&](UserKeys& user) { user.versions[0] = anew; }));
  ASSERT_TRUE(RetireKek(*store_, StoredKey('k').kek_id, 1).ok());
  EXPECT_EQ(BytesIn(folder_.path()).find(StoredKey('k').wrapped_key.substr(12)), std::string::npos);
}

// Another program's snapshot, as a backup's, needs the log.
class HeldLogTest : public SqliteErasureTest {
 protected:
  void HoldLog() {
    ASSERT_TRUE(Create(*store_, "alice", UniqueKey(1)).ok());
    reader_ = std::make_unique<RawSqlite>(path_);
    reader_->Run("BEGIN");
    ASSERT_EQ(reader_->Query("SELECT user_id FROM user_keys").size(), 1U);
  }
  void LetGo() { reader_.reset(); }

  std::unique_ptr<RawSqlite> reader_;
};

TEST_F(HeldLogTest, TheCallerWaitsAndOthersDoNot) {
  Open();
  HoldLog();
  const Answer<UserKeys> destroyed = StartUpdate(*store_, "alice", Destroying());
  for (int i = 0; i < 20; ++i) {
    EXPECT_TRUE(Create(*store_, absl::StrCat("user-", i), UniqueKey(10 + i)).ok());
    EXPECT_TRUE(Update(*store_, absl::StrCat("user-", i), Disabling()).ok());
  }
  EXPECT_FALSE(destroyed.IsThere());
  LetGo();
  EXPECT_TRUE(destroyed.Wait().ok());
  EXPECT_FALSE(IsAnywhere(UniqueKey(1)));
}

TEST_F(HeldLogTest, TheCallerIsToldWhereItTakesTooLongAndAskingAgainFinishesIt) {
  Open(absl::ZeroDuration());
  HoldLog();
  EXPECT_EQ(errors::Reason(Update(*store_, "alice", Destroying()).status()), "STORE_UNAVAILABLE");
  EXPECT_EQ(Find(*store_, "alice")->state, UserState::kDestroyed);
  EXPECT_EQ(errors::Reason(Update(*store_, "alice", Destroying()).status()), "STORE_UNAVAILABLE")
      << "nothing is to be done, and yet it is not erased";
  LetGo();
  EXPECT_TRUE(Update(*store_, "alice", Destroying()).ok());
  EXPECT_FALSE(IsAnywhere(UniqueKey(1)));
}

TEST_F(HeldLogTest, TheNextWriteFinishesIt) {
  Open(absl::ZeroDuration());
  HoldLog();
  EXPECT_FALSE(Update(*store_, "alice", Destroying()).ok());
  LetGo();
  EXPECT_TRUE(PutNote(*store_, "any", "text").ok());
  EXPECT_TRUE(PutNote(*store_, "any", "more").ok()) << "begun after the first one's erasure";
  EXPECT_FALSE(IsAnywhere(UniqueKey(1)));
}

TEST_F(HeldLogTest, ABackupMayRunMeanwhile) {
  Open();
  for (int i = 0; i < 30; ++i) {
    const std::string user = absl::StrCat("user-", i);
    ASSERT_TRUE(Create(*store_, user, UniqueKey(i)).ok());
    const TemporaryFolder elsewhere;
    const Answer<bool> backup = StartBackup(*store_, elsewhere.File("copy.db"));
    EXPECT_TRUE(Update(*store_, user, Destroying()).ok());
    EXPECT_FALSE(IsAnywhere(UniqueKey(i)));
    EXPECT_TRUE(backup.Wait().ok());
  }
}

// A process that is killed at each of its writes to the disk in turn.
class KilledUpdateTest : public SqliteErasureTest {
 protected:
  // alice, alone, in new files.
  void StartWithAlice() {
    store_.reset();
    for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path_ + suffix);
    Open();
    ASSERT_TRUE(Create(*store_, "alice", UniqueKey(1)).ok());
    store_.reset();
  }
  // Another process makes bob and changes alice. True where it was killed at that; else it was
  // answered.
  bool IsKilledAt(int operation, const KeyStore::Change& change) {
    const pid_t child = fork();
    if (child == 0) {
      FaultyVfs vfs;
      auto store = SqliteStore::Open({.path = path_});
      if (!store.ok() || !Create(**store, "bob", UniqueKey(2)).ok()) _exit(2);
      vfs.KillAt(operation);
      _exit(Update(**store, "alice", change).ok() ? 0 : 3);
    }
    int status = 0;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    if (WIFSIGNALED(status)) return true;
    EXPECT_EQ(WEXITSTATUS(status), 0);
    return false;
  }
};

TEST_F(KilledUpdateTest, ADestructionIsWholeOrNotAtAllAndTheNextStartFinishesIt) {
  bool killed = true;
  int operation = 1;
  for (; killed; ++operation) {
    StartWithAlice();
    killed = IsKilledAt(operation, Destroying());
    EXPECT_TRUE(killed || !IsAnywhere(UniqueKey(1))) << "it was answered";
    Open();
    const absl::StatusOr<UserKeys> alice = Find(*store_, "alice");
    ASSERT_TRUE(alice.ok()) << alice.status();
    EXPECT_TRUE(killed || alice->state == UserState::kDestroyed);
    EXPECT_NE(IsAnywhere(UniqueKey(1)), alice->state == UserState::kDestroyed) << operation;
    EXPECT_TRUE(Find(*store_, "bob").ok());
    EXPECT_TRUE(Update(*store_, "alice", Destroying()).ok());
    EXPECT_FALSE(IsAnywhere(UniqueKey(1)));
  }
  EXPECT_GT(operation, 5) << "the log, its sync, the database, its sync, the log's end";
}

TEST_F(KilledUpdateTest, ARotationIsWholeOrNotAtAll) {
  bool killed = true;
  int operation = 1;
  for (; killed; ++operation) {
    StartWithAlice();
    killed = IsKilledAt(operation, Rotating(UniqueKey(3)));
    Open();
    const absl::StatusOr<UserKeys> alice = Find(*store_, "alice");
    ASSERT_TRUE(alice.ok()) << alice.status();
    EXPECT_TRUE(killed || alice->primary_version == 2);
    EXPECT_EQ(alice->versions.size(), alice->primary_version);
    EXPECT_EQ(alice->etag, alice->primary_version);
    EXPECT_TRUE(Find(*store_, "bob").ok());
  }
  EXPECT_GT(operation, 2) << "the log, its sync";
}

}  // namespace
}  // namespace keyward::store
