// What every KeyStore keeps, whatever is behind it, with and without the legacy bridge.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "server/errors/errors.h"
#include "server/store/key_store.h"
#include "tests/store/store_kinds.h"
#include "tests/testing/plain_transcoder.h"
#include "tests/testing/store_calls.h"
#include "tests/testing/temporary_folder.h"

namespace keyward::store {
namespace {

using ::keyward::testing::Answer;
using ::keyward::testing::Create;
using ::keyward::testing::CreateMany;
using ::keyward::testing::Find;
using ::keyward::testing::FindMany;
using ::keyward::testing::Page;
using ::keyward::testing::StartCreate;
using ::keyward::testing::StoredKey;
using ::keyward::testing::TemporaryFolder;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class KeyStoreContractTest : public ::testing::TestWithParam<StoreKind> {
 protected:
  std::vector<std::string> PageIds(const std::string& after, int limit) {
    std::vector<std::string> ids;
    const absl::StatusOr<std::vector<UserKeys>> page = Page(*store_, after, limit);
    EXPECT_TRUE(page.ok()) << page.status();
    for (const UserKeys& user : *page) ids.push_back(user.user_id);
    return ids;
  }

  const TemporaryFolder folder_;
  std::unique_ptr<KeyStore> store_ = GetParam().make(folder_);
};

TEST_P(KeyStoreContractTest, FindFailsForAnUnknownUser) {
  EXPECT_EQ(errors::Reason(Find(*store_, "alice").status()), "USER_KEY_NOT_FOUND");
}

TEST_P(KeyStoreContractTest, FindAnswersWhatCreateStored) {
  const absl::StatusOr<Created> created = Create(*store_, "alice", StoredKey('a'));
  ASSERT_TRUE(created.ok()) << created.status();
  EXPECT_TRUE(created->created);
  const absl::StatusOr<UserKeys> found = Find(*store_, "alice");
  ASSERT_TRUE(found.ok()) << found.status();
  for (const UserKeys& keys : {created->keys, *found}) {
    EXPECT_EQ(keys.user_id, "alice");
    EXPECT_EQ(keys.primary_version, 1u);
    EXPECT_EQ(keys.min_version, 0u);
    EXPECT_EQ(keys.state, UserState::kActive);
    ASSERT_THAT(keys.versions, SizeIs(1));
    EXPECT_EQ(keys.versions[0].version, 1u);
    EXPECT_EQ(keys.versions[0].kek_id, StoredKey('a').kek_id);
    EXPECT_EQ(keys.versions[0].wrap_format, 2);
    EXPECT_EQ(keys.versions[0].wrapped_key, StoredKey('a').wrapped_key);
    EXPECT_EQ(keys.versions[0].state, VersionState::kEnabled);
    EXPECT_EQ(keys.versions[0].created_at_micros, StoredKey('a').created_at_micros);
  }
}

TEST_P(KeyStoreContractTest, TheFirstCreateWins) {
  ASSERT_TRUE(Create(*store_, "alice", StoredKey('a')).ok());
  const absl::StatusOr<Created> second = Create(*store_, "alice", StoredKey('b'));
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_FALSE(second->created);
  ASSERT_THAT(second->keys.versions, SizeIs(1));
  EXPECT_EQ(second->keys.versions[0].wrapped_key, StoredKey('a').wrapped_key);
}

TEST_P(KeyStoreContractTest, CreateManyAnswersEachInItsPlace) {
  ASSERT_TRUE(Create(*store_, "bob", StoredKey('b')).ok());
  const auto created = CreateMany(*store_, {{"alice", StoredKey('a')},
                                            {"bob", StoredKey('x')},
                                            {"carol", StoredKey('c')},
                                            {"alice", StoredKey('x')}});
  ASSERT_THAT(created, SizeIs(4));
  const std::vector<std::pair<char, bool>> expected = {
      {'a', true}, {'b', false}, {'c', true}, {'a', false}};
  for (size_t i = 0; i < created.size(); ++i) {
    ASSERT_TRUE(created[i].ok()) << created[i].status();
    EXPECT_EQ(created[i]->keys.versions[0].wrapped_key, StoredKey(expected[i].first).wrapped_key);
    EXPECT_EQ(created[i]->created, expected[i].second) << i;
  }
}

TEST_P(KeyStoreContractTest, FindManyAnswersEachInItsPlace) {
  CreateMany(*store_, {{"alice", StoredKey('a')}, {"bob", StoredKey('b')}});
  const auto found = FindMany(*store_, {"bob", "nobody", "alice", "bob"});
  ASSERT_THAT(found, SizeIs(4));
  EXPECT_EQ(found[0]->user_id, "bob");
  EXPECT_EQ(errors::Reason(found[1].status()), "USER_KEY_NOT_FOUND");
  EXPECT_EQ(found[2]->user_id, "alice");
  EXPECT_EQ(found[3]->user_id, "bob");
}

TEST_P(KeyStoreContractTest, ManyMayBeNone) {
  EXPECT_THAT(FindMany(*store_, {}), IsEmpty());
  EXPECT_THAT(CreateMany(*store_, {}), IsEmpty());
}

TEST_P(KeyStoreContractTest, ManyThreadsRacingForTheSameUsersGetOneKeyEach) {
  constexpr int kThreads = 64;
  constexpr int kUsers = 20;
  std::vector<std::vector<Answer<Created>>> answers(kThreads);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([this, t, &mine = answers[t]] {
      for (int u = 0; u < kUsers; ++u) {
        mine.push_back(StartCreate(*store_, "user-" + std::to_string(u),
                                   StoredKey(static_cast<char>(' ' + t))));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (int u = 0; u < kUsers; ++u) {
    int winners = 0;
    for (const auto& mine : answers) {
      const absl::StatusOr<Created> created = mine[u].Wait();
      ASSERT_TRUE(created.ok()) << created.status();
      winners += created->created ? 1 : 0;
      const absl::StatusOr<UserKeys> now = Find(*store_, "user-" + std::to_string(u));
      ASSERT_TRUE(now.ok()) << now.status();
      EXPECT_EQ(created->keys.versions[0].wrapped_key, now->versions[0].wrapped_key);
    }
    EXPECT_EQ(winners, 1);
  }
}

TEST_P(KeyStoreContractTest, PagesComeInTheByteOrderOfUserIds) {
  for (const char* id : {"b", "a", "Z", "\u00e9", "aa", "\U0001F511", "a b", "\u65e5\u672c"}) {
    ASSERT_TRUE(Create(*store_, id, StoredKey('k')).ok());
  }
  EXPECT_THAT(PageIds("", 3), ElementsAre("Z", "a", "a b"));
  EXPECT_THAT(PageIds("a b", 3), ElementsAre("aa", "b", "\u00e9"));
  EXPECT_THAT(PageIds("\u00e9", 3), ElementsAre("\u65e5\u672c", "\U0001F511"));
  EXPECT_THAT(PageIds("\U0001F511", 3), IsEmpty());
}

TEST_P(KeyStoreContractTest, APageMayStartAfterAUserWhoIsNotThere) {
  ASSERT_TRUE(Create(*store_, "bob", StoredKey('k')).ok());
  EXPECT_THAT(PageIds("alice", 10), ElementsAre("bob"));
  EXPECT_THAT(PageIds("carol", 10), IsEmpty());
  EXPECT_THAT(PageIds("alice", 0), IsEmpty());
}

TEST_P(KeyStoreContractTest, UserIdsAreComparedByteByByte) {
  const std::string longest(256, 'x');
  const std::vector<std::string> ids = {"bob",     "Bob",    "bob ", "%", "'; DROP TABLE users; --",
                                        "e\u0301", "\u00e9", longest};
  for (size_t i = 0; i < ids.size(); ++i) {
    const absl::StatusOr<Created> created =
        Create(*store_, ids[i], StoredKey(static_cast<char>('a' + i)));
    ASSERT_TRUE(created.ok()) << created.status();
    EXPECT_TRUE(created->created) << ids[i];
  }
  for (size_t i = 0; i < ids.size(); ++i) {
    const absl::StatusOr<UserKeys> found = Find(*store_, ids[i]);
    ASSERT_TRUE(found.ok()) << found.status();
    EXPECT_EQ(found->user_id, ids[i]);
    EXPECT_EQ(found->versions[0].wrapped_key, StoredKey(static_cast<char>('a' + i)).wrapped_key);
  }
}

TEST_P(KeyStoreContractTest, AnswersOnAThreadOfItsOwn) {
  Answer<std::thread::id> find_thread;
  Answer<std::thread::id> create_thread;
  store_->Find("alice", [&](const auto&) { find_thread.Callback()(std::this_thread::get_id()); });
  store_->Create("alice", StoredKey('a'),
                 [&](const auto&) { create_thread.Callback()(std::this_thread::get_id()); });
  EXPECT_NE(*find_thread.Wait(), std::this_thread::get_id());
  EXPECT_NE(*create_thread.Wait(), std::this_thread::get_id());
}

TEST_P(KeyStoreContractTest, AStoreThatGoesAwayFirstAnswersEveryCall) {
  std::atomic<int> answered = 0;
  for (int i = 0; i < 100; ++i) {
    const std::string user_id = "user-" + std::to_string(i);
    store_->Find(user_id, [&, user_id, store = store_.get()](const auto&) {
      ++answered;
      store->Create(user_id, StoredKey('a'), [&, user_id, store](const auto& created) {
        answered += created.ok() ? 1 : 0;
        store->Find(user_id, [&](const auto& found) { answered += found.ok() ? 1 : 0; });
      });
    });
  }
  store_.reset();
  EXPECT_EQ(answered, 300);
}

INSTANTIATE_TEST_SUITE_P(Stores, KeyStoreContractTest, ::testing::ValuesIn(StoreKinds()),
                         [](const auto& each) { return each.param.name; });

}  // namespace
}  // namespace keyward::store
