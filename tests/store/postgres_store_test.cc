// What PostgresStore does beyond the contract of every store: several of them on one database, and
// one that goes away.
#include "server/store/postgres_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_replace.h"
#include "server/errors/errors.h"
#include "server/sync/mutex.h"
#include "tests/store/user_changes.h"
#include "tests/testing/plain_transcoder.h"
#include "tests/testing/postgres_server.h"
#include "tests/testing/store_calls.h"

namespace keyward::store {
namespace {

using ::keyward::testing::Changing;
using ::keyward::testing::Create;
using ::keyward::testing::CreateMany;
using ::keyward::testing::Destroying;
using ::keyward::testing::Disabling;
using ::keyward::testing::Find;
using ::keyward::testing::Page;
using ::keyward::testing::PostgresServer;
using ::keyward::testing::StoredKey;
using ::keyward::testing::Update;
using ::testing::Contains;
using ::testing::SizeIs;

class PostgresStoreTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!PostgresServer::IsInstalled()) GTEST_SKIP() << "PostgreSQL is not installed";
    url_ = server().UrlOfNewSchema();
    store_ = Open();
  }

  static PostgresServer& server() { return PostgresServer::OfThisProgram(); }
  std::unique_ptr<PostgresStore> Open(
      absl::Duration between_looks = PostgresStoreOptions().between_looks) const {
    auto store = PostgresStore::Open({.address = {url_, ""}, .between_looks = between_looks});
    EXPECT_TRUE(store.ok()) << store.status();
    return *std::move(store);
  }
  void Run(const std::string& sql) const { server().Run(url_, sql); }
  std::string Schema() const { return url_.substr(url_.rfind("%3D") + 3); }

  std::string url_;
  std::unique_ptr<PostgresStore> store_;
};

TEST_F(PostgresStoreTest, StoresThatRaceForTheSameUsersAgreeOnTheFirst) {
  const auto other = Open();
  constexpr int kUsers = 200;
  std::vector<std::string> ours(kUsers), theirs(kUsers);
  int created = 0;
  sync::Mutex mutex;
  const auto race = [&](KeyStore& store, char fill, std::vector<std::string>& keys) {
    for (int i = 0; i < kUsers; ++i) {
      const auto user = Create(store, "user-" + std::to_string(i), StoredKey(fill));
      ASSERT_TRUE(user.ok()) << user.status();
      keys[i] = user->keys.versions[0].wrapped_key;
      sync::MutexLock lock(mutex);
      created += user->created ? 1 : 0;
    }
  };
  std::thread thread([&] { race(*other, 'b', theirs); });
  race(*store_, 'a', ours);
  thread.join();
  EXPECT_EQ(ours, theirs);
  EXPECT_EQ(created, kUsers);
}

TEST_F(PostgresStoreTest, NoChangeIsLostWhereTwoStoresMakeThem) {
  const auto other = Open();
  ASSERT_TRUE(Create(*store_, "alice", StoredKey('a')).ok());
  const auto count = [](KeyStore& store) {
    for (int i = 0; i < 50; ++i) {
      EXPECT_TRUE(Update(store, "alice", Changing([](UserKeys& user) { ++user.etag; })).ok());
    }
  };
  std::thread thread([&] { count(*other); });
  count(*store_);
  thread.join();
  EXPECT_EQ(Find(*store_, "alice")->etag, 101);
}

TEST_F(PostgresStoreTest, AMasterKeyIsNotRetiredUnderWhoeverWrapsWithIt) {
  // Whichever comes first: either the key is stored, and its master key in use, or it is refused.
  for (int i = 0; i < 30; ++i) {
    const auto other = i % 2 == 0 ? Open() : nullptr;
    KeyStore& second = other ? *other : *store_;
    const std::string kek_id = "kek-" + std::to_string(1000 + i);
    KeyVersion key = StoredKey('a');
    key.kek_id = kek_id;
    absl::StatusOr<Created> created;
    std::thread thread([&] { created = Create(second, "user-" + std::to_string(i), key); });
    const absl::Status retired = testing::RetireKek(*store_, kek_id, 1);
    thread.join();
    EXPECT_NE(created.ok(), retired.ok()) << created.status() << retired;
    if (!retired.ok()) {
      EXPECT_EQ(errors::Reason(retired), "KEK_IN_USE");
    } else {
      EXPECT_EQ(errors::Reason(created.status()), "ENCRYPTION_DISABLED");
    }
  }
}

// Remembers what a store tells.
class Heard {
 public:
  KeyStore::ChangeListener Listener() {
    return [this](const KeyStore::Changes& changes) {
      sync::MutexLock lock(mutex_);
      all_ += changes.all ? 1 : 0;
      for (const std::string& user_id : changes.user_ids) ++told_[user_id];
      news_.NotifyAll();
    };
  }
  void WaitForAll(int times) {
    sync::MutexLock lock(mutex_);
    while (all_ < times) news_.Wait(mutex_);
  }
  void WaitFor(const std::string& user_id, int times = 1) {
    sync::MutexLock lock(mutex_);
    while (told_[user_id] < times) news_.Wait(mutex_);
  }
  std::set<std::string> users() {
    sync::MutexLock lock(mutex_);
    std::set<std::string> users;
    for (const auto& [user_id, times] : told_) users.insert(user_id);
    return users;
  }

 private:
  sync::Mutex mutex_;
  sync::CondVar news_;
  int all_ = 0;
  std::map<std::string, int> told_;
};

TEST_F(PostgresStoreTest, TellsWhatAnotherStoreChangedAndNothingThatCachesNeedNotFollow) {
  CreateMany(*store_,
             {{"alice", StoredKey('a')}, {"bob", StoredKey('b')}, {"carol", StoredKey('c')}});
  Heard heard;
  store_->WatchChanges(heard.Listener());
  heard.WaitForAll(1);
  const auto other = Open();
  ASSERT_TRUE(Create(*other, "new", StoredKey('d')).ok());
  ASSERT_TRUE(
      Update(*other, "bob", Changing([](UserKeys& user) { user.versions[0].messages = 7; })).ok());
  ASSERT_TRUE(Update(*other, "alice", Disabling()).ok());
  ASSERT_TRUE(Update(*other, "carol", Destroying()).ok());
  heard.WaitFor("carol");
  EXPECT_EQ(heard.users(), (std::set<std::string>{"alice", "carol"}));
  store_->WatchChanges(nullptr);
}

TEST_F(PostgresStoreTest, ANoticeTellsOfAChangeBeforeTheNextLook) {
  ASSERT_TRUE(Create(*store_, "alice", StoredKey('a')).ok());
  const auto watching = Open(absl::Hours(24));
  Heard heard;
  watching->WatchChanges(heard.Listener());
  heard.WaitForAll(1);
  ASSERT_TRUE(Update(*store_, "alice", Disabling()).ok());
  heard.WaitFor("alice");
  server().Kill();
  server().Start();  // and again once the connection is another one
  while (!Update(*store_, "alice", Destroying()).ok()) std::this_thread::yield();
  heard.WaitFor("alice", 2);
  watching->WatchChanges(nullptr);
}

TEST_F(PostgresStoreTest, WithoutNoticesLooksTellOfChanges) {
  ASSERT_TRUE(Create(*store_, "alice", StoredKey('a')).ok());
  // Whoever has no right to them is told what an engine without them would say.
  Run("REVOKE EXECUTE ON FUNCTION pg_notify(text, text) FROM PUBLIC");
  Run("CREATE ROLE plain LOGIN; GRANT USAGE ON SCHEMA " + Schema() +
      " TO plain; GRANT ALL ON ALL "
      "TABLES IN SCHEMA " +
      Schema() + " TO plain");
  url_ = absl::StrReplaceAll(url_, {{"user=keyward", "user=plain"}});
  store_ = Open();
  Heard heard;
  store_->WatchChanges(heard.Listener());
  heard.WaitForAll(1);
  ASSERT_TRUE(Update(*Open(), "alice", Disabling()).ok());
  heard.WaitFor("alice");
  store_->WatchChanges(nullptr);
}

TEST_F(PostgresStoreTest, WhoeverMissedMoreThanIsKeptIsToldThatAnythingMayHaveChanged) {
  ASSERT_TRUE(Create(*store_, "alice", StoredKey('a')).ok());
  Heard heard;
  store_->WatchChanges(heard.Listener());
  heard.WaitForAll(1);
  Run("UPDATE change_sequence SET value = value + 10");  // of which none is kept
  heard.WaitForAll(2);
  Run("UPDATE change_sequence SET value = 0");  // an older database
  heard.WaitForAll(3);
  ASSERT_TRUE(Update(*store_, "alice", Disabling()).ok());
  heard.WaitFor("alice");
  store_->WatchChanges(nullptr);
}

TEST_F(PostgresStoreTest, FailsWhileTheDatabaseIsAwayAndWorksAgainAfterwards) {
  ASSERT_TRUE(Create(*store_, "alice", StoredKey('a')).ok());
  server().Kill();
  EXPECT_EQ(errors::Reason(Find(*store_, "alice").status()), "STORE_UNAVAILABLE");
  EXPECT_EQ(errors::Reason(Create(*store_, "bob", StoredKey('b')).status()), "STORE_UNAVAILABLE");
  EXPECT_EQ(errors::Reason(Update(*store_, "alice", Disabling()).status()), "STORE_UNAVAILABLE");
  server().Start();
  while (!Find(*store_, "alice").ok()) std::this_thread::yield();
  while (!Create(*store_, "bob", StoredKey('b')).ok()) std::this_thread::yield();
  while (!Update(*store_, "alice", Disabling()).ok()) std::this_thread::yield();
}

TEST_F(PostgresStoreTest, ADamagedRowHarmsNoOtherUserAndCanBeDestroyed) {
  for (const std::string damage : {"wrapped_key = substr(wrapped_key, 1, 59)", "kek_id = '\\x0011'",
                                   "wrap_format = 1", "state = 9"}) {
    const std::string user = "user " + damage;
    ASSERT_TRUE(Create(*store_, user, StoredKey('a')).ok());
    ASSERT_TRUE(Create(*store_, user + " other", StoredKey('b')).ok());
    Run("UPDATE user_keys SET " + damage + " WHERE user_id = $q$" + user + "$q$");
    EXPECT_EQ(errors::Reason(Find(*store_, user).status()), "STORED_KEY_CORRUPT") << damage;
    EXPECT_EQ(errors::Reason(Create(*store_, user, StoredKey('c')).status()), "STORED_KEY_CORRUPT");
    EXPECT_TRUE(Find(*store_, user + " other").ok());
    EXPECT_TRUE(Update(*store_, user, Destroying()).ok()) << damage;
    EXPECT_EQ(Find(*store_, user)->state, UserState::kDestroyed);
  }
  const auto page = Page(*store_, "", 100);
  ASSERT_TRUE(page.ok());
  EXPECT_THAT(*page, SizeIs(8));
}

TEST_F(PostgresStoreTest, AnIdThatPostgresCannotHoldFailsAlone) {
  for (const std::string& bad :
       {std::string("a\0b", 3), std::string("\xff"), std::string("\xed\xa0\x80")}) {
    const auto created = CreateMany(*store_, {{bad, StoredKey('a')}, {"alice", StoredKey('b')}});
    EXPECT_EQ(errors::Reason(created[0].status()), "STORED_KEY_CORRUPT");
    EXPECT_TRUE(created[1].ok()) << created[1].status();
    EXPECT_EQ(errors::Reason(Find(*store_, bad).status()), "USER_KEY_NOT_FOUND");
    EXPECT_EQ(errors::Reason(Update(*store_, bad, Disabling()).status()), "USER_KEY_NOT_FOUND");
  }
}

TEST_F(PostgresStoreTest, ABackupIsLeftToPostgres) {
  EXPECT_THAT(std::string(testing::Backup(*store_, "/tmp/none").message()),
              ::testing::HasSubstr("pg_dump"));
}

TEST(PostgresUrlTest, APasswordInItIsRefusedAndNeverQuoted) {
  EXPECT_TRUE(CheckPostgresUrl("postgresql://keyward@db.example/keyward?sslmode=verify-full").ok());
  EXPECT_TRUE(CheckPostgresUrl("postgresql://a:1,b:2/x?target_session_attrs=any").ok());
  for (const std::string url :
       {"postgresql://keyward:hidden@db/keyward", "postgresql://db/x?password=hidden",
        "postgresql://%zzhidden", "postgresql://db/x?hidden=1", "postgresql://[hidden"}) {
    const absl::Status checked = CheckPostgresUrl(url);
    EXPECT_FALSE(checked.ok()) << url;
    EXPECT_EQ(std::string(checked.message()).find("hidden"), std::string::npos);
  }
}

}  // namespace
}  // namespace keyward::store
