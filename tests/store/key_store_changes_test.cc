// What every KeyStore keeps of changes to users, of master keys and of notes, whatever is behind
// it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "server/errors/errors.h"
#include "server/store/key_store.h"
#include "tests/store/store_kinds.h"
#include "tests/store/user_changes.h"
#include "tests/testing/plain_transcoder.h"
#include "tests/testing/store_calls.h"
#include "tests/testing/temporary_folder.h"

namespace keyward::store {
namespace {

using namespace ::keyward::testing;  // NOLINT(build/namespaces): calls and changes, all of them
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using Next = absl::StatusOr<std::optional<UserKeys>>;

class KeyStoreChangesTest : public ::testing::TestWithParam<StoreKind> {
 protected:
  KeyStoreChangesTest() {
    CreateMany(*store_, {{"alice", StoredKey('a')}, {"bob", StoredKey('b')}});
  }

  std::vector<std::string> DueAt(int64_t micros, int limit = 10) {
    const auto due = FindDueForPurge(*store_, micros, limit);
    EXPECT_TRUE(due.ok()) << due.status();
    return due.value_or(std::vector<std::string>());
  }
  std::vector<std::pair<std::string, int64_t>> Use() {
    std::vector<std::pair<std::string, int64_t>> all;
    const auto counted = CountByKek(*store_);
    EXPECT_TRUE(counted.ok()) << counted.status();
    for (const KekUse& use : *counted) all.emplace_back(use.kek_id, use.keys);
    return all;
  }

  const TemporaryFolder folder_;
  std::unique_ptr<KeyStore> store_ = GetParam().make(folder_);
};

KeyVersion Under(const std::string& kek_id, char fill) {
  KeyVersion key = StoredKey(fill);
  key.kek_id = kek_id;
  return key;
}

TEST_P(KeyStoreChangesTest, AnswersAndKeepsAllThatTheChangeSays) {
  const auto updated = Update(*store_, "alice", Changing([](UserKeys& user) {
    user.min_version = 2;
    user.primary_version = 2;
    user.state = UserState::kDeleted;
    user.state_before_delete = UserState::kDisabled;
    user.etag = 41;
    user.purge_at_micros = 1'234'567;
    user.rotation_id = "request-7";
    user.versions[0].state = VersionState::kDisabled;
    user.versions[0].messages = 4096;
    KeyVersion second = Under("other--k", 'c');
    second.version = 2;
    second.messages = int64_t{1} << 33;
    user.versions.push_back(second);  // in any order
  }));
  ASSERT_TRUE(updated.ok()) << updated.status();
  EXPECT_EQ(updated->min_version, 2U);
  EXPECT_EQ(updated->primary_version, 2U);
  EXPECT_EQ(updated->state, UserState::kDeleted);
  EXPECT_EQ(updated->state_before_delete, UserState::kDisabled);
  EXPECT_EQ(updated->etag, 41);
  EXPECT_EQ(updated->purge_at_micros, 1'234'567);
  EXPECT_EQ(updated->rotation_id, "request-7");
  ASSERT_THAT(updated->versions, SizeIs(2));
  EXPECT_EQ(updated->versions[0].version, 2U);
  EXPECT_EQ(updated->versions[0].kek_id, "other--k");
  EXPECT_EQ(updated->versions[0].messages, int64_t{1} << 33);
  EXPECT_EQ(updated->versions[1].state, VersionState::kDisabled);
  EXPECT_EQ(updated->versions[1].messages, 4096);
  const auto found = Find(*store_, "alice");
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(*found, *updated);
  EXPECT_EQ(Page(*store_, "", 1)->front(), *updated);
}

TEST_P(KeyStoreChangesTest, TheChangeSeesWhatIsStored) {
  std::optional<UserKeys> seen;
  const auto updated = Update(*store_, "alice", [&](const UserKeys& now) -> Next {
    seen = now;
    return std::nullopt;
  });
  ASSERT_TRUE(updated.ok()) << updated.status();
  EXPECT_EQ(*updated, *Find(*store_, "alice"));
  EXPECT_EQ(*seen, *updated);
}

TEST_P(KeyStoreChangesTest, AUserGoesThroughItsWholeLife) {
  EXPECT_EQ(Update(*store_, "alice", Rotating(StoredKey('r')))->primary_version, 2U);
  EXPECT_EQ(Update(*store_, "alice", Disabling())->state, UserState::kDisabled);
  EXPECT_EQ(Update(*store_, "alice", Deleting(5))->state, UserState::kDeleted);
  EXPECT_EQ(Update(*store_, "alice", Undeleting())->state, UserState::kDisabled);
  const auto destroyed = Update(*store_, "alice", Destroying());
  ASSERT_TRUE(destroyed.ok()) << destroyed.status();
  EXPECT_EQ(destroyed->etag, 6);
  ASSERT_THAT(destroyed->versions, SizeIs(2));
  for (const KeyVersion& key : destroyed->versions) EXPECT_THAT(key.wrapped_key, IsEmpty());
  EXPECT_FALSE(Create(*store_, "alice", StoredKey('x'))->created);
  const auto back = Update(*store_, "alice", Rotating(StoredKey('n')));
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(back->primary_version, 3U);
  EXPECT_EQ(*Find(*store_, "alice"), *back);
}

TEST_P(KeyStoreChangesTest, EachFailsAloneAndIsAnsweredInItsPlace) {
  const auto updated =
      UpdateMany(*store_, {"bob", "nobody", "alice", "bob"}, [](const UserKeys& now) -> Next {
        if (now.user_id == "alice") return errors::EtagMismatch();
        UserKeys next = now;
        ++next.etag;
        return next;
      });
  ASSERT_THAT(updated, SizeIs(4));
  EXPECT_EQ(updated[0]->etag, 2);
  EXPECT_EQ(errors::Reason(updated[1].status()), "USER_KEY_NOT_FOUND");
  EXPECT_EQ(errors::Reason(updated[2].status()), "ETAG_MISMATCH");
  EXPECT_EQ(updated[3]->etag, 3) << "it sees what the one before it did";
  EXPECT_EQ(Find(*store_, "alice")->etag, 1);
  EXPECT_EQ(Find(*store_, "bob")->etag, 3);
  EXPECT_THAT(UpdateMany(*store_, {}, Disabling()), IsEmpty());
}

TEST_P(KeyStoreChangesTest, WhatCouldNotBeReadBackIsNotWritten) {
  const UserKeys before = *Find(*store_, "alice");
  for (const KeyStore::Change& change :
       {Changing([](UserKeys& user) { user.versions[0].wrapped_key.pop_back(); }),
        Changing([](UserKeys& user) { user.versions[0].kek_id.clear(); }),
        Changing([](UserKeys& user) { user.primary_version = 9; }),
        Changing([](UserKeys& user) { user.state = static_cast<UserState>(9); })}) {
    const auto updated = Update(*store_, "alice", change);
    EXPECT_EQ(errors::Reason(updated.status()), "STORED_KEY_CORRUPT") << updated.status();
  }
  for (const KeyStore::Change& change :
       {Changing([](UserKeys& user) { user.user_id = "carol"; }), Changing([](UserKeys& user) {
          user.versions.clear();
          user.state = UserState::kDestroyed;
        }),
        Changing([](UserKeys& user) { user.versions.push_back(user.versions[0]); })}) {
    EXPECT_TRUE(absl::IsInternal(Update(*store_, "alice", change).status()));
  }
  EXPECT_EQ(*Find(*store_, "alice"), before);
}

TEST_P(KeyStoreChangesTest, NoChangeIsLostWhereManyAreMadeAtOnce) {
  constexpr int kThreads = 8;
  constexpr int kChanges = 25;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([this] {
      for (int i = 0; i < kChanges; ++i) {
        EXPECT_TRUE(Update(*store_, "alice", Changing([](UserKeys& user) {
                      user.versions[0].messages += 4096;
                    })).ok());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(Find(*store_, "alice")->versions[0].messages, kThreads * kChanges * 4096);
}

TEST_P(KeyStoreChangesTest, DeletedUsersAreDueTheLongestFirst) {
  CreateMany(*store_,
             {{"carol", StoredKey('c')}, {"dave", StoredKey('d')}, {"erin", StoredKey('e')}});
  Update(*store_, "alice", Deleting(30)).IgnoreError();
  Update(*store_, "bob", Deleting(10)).IgnoreError();
  Update(*store_, "carol", Deleting(20)).IgnoreError();
  Update(*store_, "dave", Deleting(0)).IgnoreError();
  Update(*store_, "erin", Changing([](UserKeys& user) { user.purge_at_micros = 1; })).IgnoreError();
  EXPECT_THAT(DueAt(9), IsEmpty());
  EXPECT_THAT(DueAt(20), ElementsAre("bob", "carol"));
  EXPECT_THAT(DueAt(1'000), ElementsAre("bob", "carol", "alice"));
  EXPECT_THAT(DueAt(1'000, 1), ElementsAre("bob"));
  Update(*store_, "bob", Undeleting()).IgnoreError();
  Update(*store_, "carol", Destroying()).IgnoreError();
  EXPECT_THAT(DueAt(1'000), ElementsAre("alice"));
}

TEST_P(KeyStoreChangesTest, KeysAreCountedByTheirMasterKey) {
  Update(*store_, "alice", Rotating(Under("another!", 'r'))).IgnoreError();
  EXPECT_THAT(Use(), ElementsAre(std::pair("8-byte-k", 2), std::pair("another!", 1)));
  Update(*store_, "bob", Destroying()).IgnoreError();
  EXPECT_THAT(Use(), ElementsAre(std::pair("8-byte-k", 1), std::pair("another!", 1)));
}

TEST_P(KeyStoreChangesTest, AMasterKeyIsRetiredOnlyWhereNoKeyNeedsIt) {
  EXPECT_EQ(errors::Reason(RetireKek(*store_, "8-byte-k", 7)), "KEK_IN_USE");
  EXPECT_THAT(*ListRetiredKeks(*store_), IsEmpty());
  EXPECT_TRUE(Create(*store_, "carol", StoredKey('c')).ok()) << "it is not half retired";
  UpdateMany(*store_, {"alice", "carol"},
             Changing([](UserKeys& user) { user.versions[0] = Under("new-kek!", 'w'); }));
  EXPECT_EQ(errors::Reason(RetireKek(*store_, "8-byte-k", 7)), "KEK_IN_USE");
  Update(*store_, "bob", Destroying()).IgnoreError();
  EXPECT_TRUE(RetireKek(*store_, "8-byte-k", 7).ok());
  EXPECT_TRUE(RetireKek(*store_, "unused-k", 8).ok());
  EXPECT_TRUE(RetireKek(*store_, "8-byte-k", 9).ok());
  const auto retired = ListRetiredKeks(*store_);
  ASSERT_TRUE(retired.ok()) << retired.status();
  ASSERT_THAT(*retired, SizeIs(2));
  EXPECT_EQ((*retired)[0].kek_id, "8-byte-k");
  EXPECT_EQ((*retired)[0].retired_at_micros, 7) << "the first time";
  EXPECT_EQ((*retired)[1].kek_id, "unused-k");
}

TEST_P(KeyStoreChangesTest, NothingIsWrappedUnderARetiredMasterKey) {
  ASSERT_TRUE(RetireKek(*store_, "retired!", 7).ok());
  EXPECT_EQ(errors::Reason(Create(*store_, "carol", Under("retired!", 'c')).status()),
            "ENCRYPTION_DISABLED");
  EXPECT_EQ(errors::Reason(Update(*store_, "alice", Rotating(Under("retired!", 'c'))).status()),
            "ENCRYPTION_DISABLED");
  EXPECT_THAT(Find(*store_, "alice")->versions, SizeIs(1));
  EXPECT_TRUE(Create(*store_, "alice", Under("retired!", 'c')).ok()) << "she is there already";
  EXPECT_TRUE(Update(*store_, "alice", Disabling()).ok());
}

TEST_P(KeyStoreChangesTest, NotesAreKeptByName) {
  EXPECT_EQ(*GetNote(*store_, "job"), "");
  EXPECT_TRUE(PutNote(*store_, "job", "first").ok());
  EXPECT_TRUE(PutNote(*store_, "job", "second").ok());
  EXPECT_TRUE(PutNote(*store_, "other", "text").ok());
  EXPECT_EQ(*GetNote(*store_, "job"), "second");
  EXPECT_TRUE(PutNote(*store_, "job", "").ok());
  EXPECT_EQ(*GetNote(*store_, "job"), "");
  EXPECT_EQ(*GetNote(*store_, "other"), "text");
}

TEST_P(KeyStoreChangesTest, AStoreThatGoesAwayFirstAnswersEveryChange) {
  std::atomic<int> answered = 0;
  for (int i = 0; i < 50; ++i) {
    store_->Update(i % 2 == 0 ? "alice" : "bob", Destroying(),
                   [&](const auto& updated) { answered += updated.ok() ? 1 : 0; });
  }
  store_.reset();
  EXPECT_EQ(answered, 50);
}

INSTANTIATE_TEST_SUITE_P(Stores, KeyStoreChangesTest, ::testing::ValuesIn(StoreKinds()),
                         [](const auto& each) { return each.param.name; });

}  // namespace
}  // namespace keyward::store
