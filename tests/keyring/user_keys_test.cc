#include "server/keyring/user_keys.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/errors/errors.h"
#include "server/keyring/key_wrap.h"
#include "server/store/fake_key_store.h"
#include "server/store/faulty_key_store.h"
#include "tests/keyring/awaited.h"
#include "tests/keyring/known_keys.h"

namespace keyward::keyring {
namespace {

using Call = store::FaultyKeyStore::Call;
using IfMissing = UserKeys::IfMissing;
using Found = Awaited<UserKeys::Found>;

class UserKeysTest : public ::testing::Test {
 protected:
  Found Get(std::string_view user_id, IfMissing if_missing) {
    Found found;
    if (auto cached = users_.Cached(user_id)) {
      found.Callback()(UserKeys::Found{*std::move(cached), false});
      return found;
    }
    std::vector<UserKeys::Wanted> wanted;
    wanted.push_back({std::string(user_id), if_missing, found.Callback()});
    users_.Load(std::move(wanted));
    return found;
  }

  void Store(const std::string& user_id) {
    behind_->Put({.user_id = user_id,
                  .primary_version = 1,
                  .min_version = 0,
                  .state = store::UserState::kActive,
                  .versions = {WrapKey(*ExampleKeks().current(), user_id, 1, ExampleKey(),
                                       clock_.Now(), crypto::SystemRandom())}});
  }

  FakeClock clock_;
  KeyCache cache_{1000, absl::Minutes(5), clock_};
  KeyShield shield_{crypto::SystemRandom()};
  store::FakeKeyStore* const behind_ = new store::FakeKeyStore;
  std::unique_ptr<store::FaultyKeyStore> store_ =
      std::make_unique<store::FaultyKeyStore>(std::unique_ptr<store::KeyStore>(behind_));
  UserKeys users_{ExampleKeks(), *store_, cache_, shield_, clock_, crypto::SystemRandom()};
};

TEST_F(UserKeysTest, AsksTheStoreOnceAndTheCacheFromThenOn) {
  Store("alice");
  EXPECT_TRUE(Get("alice", IfMissing::kFail).Take().ok());
  const Found again = Get("alice", IfMissing::kFail);
  EXPECT_TRUE(again.ready());  // on this very thread
  EXPECT_EQ(store_->Count(Call::kFind), 1);
}

TEST_F(UserKeysTest, KeysAreAsOldAsTheQuestionByWhichTheyWereRead) {
  Store("alice");
  store_->Hold(Call::kFind);
  Found slow = Get("alice", IfMissing::kFail);
  store_->WaitForHeld(Call::kFind, 1);
  clock_.Advance(absl::Minutes(4));
  store_->Release(Call::kFind);
  EXPECT_TRUE(slow.Take().ok());
  EXPECT_TRUE(users_.Cached("alice"));
  clock_.Advance(absl::Minutes(1));
  EXPECT_FALSE(users_.Cached("alice"));
}

TEST_F(UserKeysTest, WhileTheStoreIsAwayWhatIsCachedIsServedUntilItIsTooOld) {
  Store("alice");
  EXPECT_TRUE(Get("alice", IfMissing::kFail).Take().ok());
  store_->Fail(Call::kFind, errors::StoreUnavailable("away"));
  for (int minute = 0; minute < 5; ++minute) {
    EXPECT_TRUE(Get("alice", IfMissing::kFail).Take().ok()) << minute;
    clock_.Advance(absl::Minutes(1));
  }
  EXPECT_EQ(errors::Reason(Get("alice", IfMissing::kFail).Take().status()), "STORE_UNAVAILABLE");
}

TEST_F(UserKeysTest, ManyWhoWaitForOneUserShareOneLoad) {
  Store("alice");
  store_->Hold(Call::kFind);
  std::vector<Found> waiting;
  for (int i = 0; i < 50; ++i) {
    waiting.push_back(Get("alice", i % 2 == 0 ? IfMissing::kFail : IfMissing::kCreate));
  }
  store_->WaitForHeld(Call::kFind, 1);
  for (const Found& each : waiting) EXPECT_FALSE(each.ready());
  store_->Release(Call::kFind);
  const LoadedUser first = waiting[0].Take()->user;
  for (size_t i = 1; i < waiting.size(); ++i) {
    const auto found = waiting[i].Take();
    ASSERT_TRUE(found.ok());
    EXPECT_EQ(found->user.versions.at(0).key, first.versions.at(0).key);
    EXPECT_FALSE(found->created);
  }
  EXPECT_EQ(store_->Count(Call::kFind), 1);
  EXPECT_EQ(store_->Count(Call::kCreate), 0);
}

TEST_F(UserKeysTest, AnotherUsersLoadDoesNotWait) {
  Store("alice");
  EXPECT_TRUE(Get("alice", IfMissing::kFail).Take().ok());
  store_->Hold(Call::kFind);
  Found slow = Get("bob", IfMissing::kFail);
  EXPECT_TRUE(Get("alice", IfMissing::kFail).Take().ok());
  EXPECT_FALSE(slow.ready());
  store_->Release(Call::kFind);
  EXPECT_FALSE(slow.Take().ok());
}

TEST_F(UserKeysTest, ExactlyOneOfThoseWhoWaitedIsToldThatTheKeyIsNew) {
  store_->Hold(Call::kFind);
  std::vector<Found> waiting;
  for (int i = 0; i < 50; ++i) waiting.push_back(Get("alice", IfMissing::kCreate));
  store_->Release(Call::kFind);
  int created = 0;
  for (Found& each : waiting) {
    const auto found = each.Take();
    ASSERT_TRUE(found.ok()) << found.status();
    created += found->created ? 1 : 0;
  }
  EXPECT_EQ(created, 1);
  EXPECT_EQ(store_->Count(Call::kCreate), 1);
  EXPECT_EQ(behind_->size(), 1);
  EXPECT_FALSE(Get("alice", IfMissing::kCreate).Take()->created);
}

TEST_F(UserKeysTest, AMissingUserIsMadeOnlyForThoseWhoWantIt) {
  store_->Hold(Call::kFind);
  Found reader = Get("alice", IfMissing::kFail);
  Found writer = Get("alice", IfMissing::kCreate);
  store_->Release(Call::kFind);
  EXPECT_EQ(errors::Reason(reader.Take().status()), "USER_KEY_NOT_FOUND");
  const auto made = writer.Take();
  ASSERT_TRUE(made.ok());
  EXPECT_TRUE(made->created);
}

TEST_F(UserKeysTest, ANewKeyIsNotUsedBeforeItIsStored) {
  store_->Hold(Call::kCreate);
  Found writer = Get("alice", IfMissing::kCreate);
  store_->WaitForHeld(Call::kCreate, 1);
  Found late_reader = Get("alice", IfMissing::kFail);
  EXPECT_FALSE(writer.ready());
  EXPECT_FALSE(late_reader.ready());
  EXPECT_FALSE(cache_.Get("alice"));
  store_->Release(Call::kCreate);
  const auto made = writer.Take();
  const auto read = late_reader.Take();
  ASSERT_TRUE(made.ok());
  ASSERT_TRUE(read.ok());
  EXPECT_TRUE(made->created);
  EXPECT_FALSE(read->created);
  EXPECT_EQ(made->user.versions.at(0).key, read->user.versions.at(0).key);
}

TEST_F(UserKeysTest, AMissingUserIsLookedForAgainTheNextTime) {
  EXPECT_FALSE(Get("alice", IfMissing::kFail).Take().ok());
  Store("alice");
  EXPECT_TRUE(Get("alice", IfMissing::kFail).Take().ok());
}

TEST_F(UserKeysTest, AKeyMadeElsewhereMeanwhileWins) {
  store_->Hold(Call::kCreate);
  Found writer = Get("alice", IfMissing::kCreate);
  store_->WaitForHeld(Call::kCreate, 1);
  Store("alice");  // as another process would
  store_->Release(Call::kCreate);
  const auto found = writer.Take();
  ASSERT_TRUE(found.ok());
  EXPECT_FALSE(found->created);
  ASSERT_TRUE(found->user.versions.at(0).key);
  EXPECT_TRUE(shield_.Unshield(*found->user.versions[0].key) == ExampleKey());
}

TEST_F(UserKeysTest, AllWhoWaitHearOfAFailureAndTheNextCallTriesAgain) {
  Store("alice");
  for (const Call failing : {Call::kFind, Call::kCreate}) {
    const char* user = failing == Call::kFind ? "alice" : "bob";
    store_->Fail(failing, errors::StoreUnavailable("disk full"));
    store_->Hold(Call::kFind);
    std::vector<Found> waiting;
    for (int i = 0; i < 3; ++i) waiting.push_back(Get(user, IfMissing::kCreate));
    store_->Release(Call::kFind);
    for (Found& each : waiting) {
      EXPECT_EQ(errors::Reason(each.Take().status()), "STORE_UNAVAILABLE");
    }
    store_->Fail(failing, absl::OkStatus());
    EXPECT_TRUE(Get(user, IfMissing::kCreate).Take().ok());
  }
}

TEST_F(UserKeysTest, AKeyWhoseCommitWasAnsweredWithAnErrorIsFoundTheNextTime) {
  store_->LoseCreateAnswers(errors::StoreUnavailable("connection lost"));
  EXPECT_FALSE(Get("alice", IfMissing::kCreate).Take().ok());
  store_->LoseCreateAnswers(absl::OkStatus());
  const auto found = Get("alice", IfMissing::kCreate).Take();
  ASSERT_TRUE(found.ok());
  EXPECT_FALSE(found->created);
  EXPECT_EQ(behind_->size(), 1);
}

TEST_F(UserKeysTest, CachedKeysServeWhileTheStoreIsAway) {
  Store("alice");
  EXPECT_TRUE(Get("alice", IfMissing::kFail).Take().ok());
  store_->Fail(Call::kFind, errors::StoreUnavailable("gone"));
  EXPECT_TRUE(Get("alice", IfMissing::kFail).Take().ok());
  clock_.Advance(absl::Minutes(5));
  EXPECT_FALSE(Get("alice", IfMissing::kFail).Take().ok());
}

TEST_F(UserKeysTest, WhatCouldNotBeOpenedIsNotCachedSoThatARepairShowsAtOnce) {
  Store("alice");
  store::UserKeys damaged = {.user_id = "alice",
                             .primary_version = 1,
                             .min_version = 0,
                             .state = store::UserState::kActive,
                             .versions = {{.version = 1,
                                           .kek_id = ExampleKeks().current()->id(),
                                           .wrap_format = kWrapFormat,
                                           .wrapped_key = std::string(60, 'x')}}};
  behind_->Put(damaged);
  const auto broken = Get("alice", IfMissing::kFail).Take();
  ASSERT_TRUE(broken.ok());
  EXPECT_EQ(errors::Reason(broken->user.versions.at(0).problem), "STORED_KEY_CORRUPT");
  Store("alice");
  EXPECT_TRUE(Get("alice", IfMissing::kFail).Take()->user.complete());
}

TEST_F(UserKeysTest, ManyUsersAreLookedForAndMadeTogether) {
  for (const char* user : {"cached", "stored"}) Store(user);
  ASSERT_TRUE(Get("cached", IfMissing::kFail).Take().ok());
  store_->Hold(Call::kFind);
  Found before = Get("awaited", IfMissing::kCreate);
  std::vector<UserKeys::Wanted> wanted;
  std::vector<Found> found(6);
  for (const char* user : {"cached", "stored", "new", "newer", "new", "awaited"}) {
    wanted.push_back({user, IfMissing::kCreate, found[wanted.size()].Callback()});
  }
  users_.Load(std::move(wanted));
  EXPECT_TRUE(found[0].ready());
  EXPECT_FALSE(found[1].ready());
  store_->Release(Call::kFind);
  int created = before.Take()->created ? 1 : 0;
  for (Found& each : found) {
    const auto answer = each.Take();
    ASSERT_TRUE(answer.ok()) << answer.status();
    created += answer->created ? 1 : 0;
  }
  EXPECT_EQ(created, 3) << "awaited, new and newer";
  EXPECT_EQ(store_->Count(Call::kFind), 3) << "cached, awaited, and all the others";
  EXPECT_EQ(store_->Count(Call::kCreate), 2) << "awaited, and the two new ones together";
}

TEST_F(UserKeysTest, AmongManyOneWithoutAKeyFailsAlone) {
  Store("alice");
  std::vector<Found> found(2);
  std::vector<UserKeys::Wanted> wanted;
  wanted.push_back({"nobody", IfMissing::kFail, found[0].Callback()});
  wanted.push_back({"alice", IfMissing::kFail, found[1].Callback()});
  users_.Load(std::move(wanted));
  EXPECT_EQ(errors::Reason(found[0].Take().status()), "USER_KEY_NOT_FOUND");
  EXPECT_TRUE(found[1].Take().ok());
}

// While the users who come are new, they are made without being looked for; see new_user_guess.h.
class AmongNewUsersTest : public UserKeysTest {
 protected:
  AmongNewUsersTest() {
    for (int i = 0; !MadeAtOnce(absl::StrCat("newcomer-", i)); ++i) {
      EXPECT_LT(i, 100) << "still looks for each";
    }
  }

  bool MadeAtOnce(const std::string& user_id) {
    const int finds = store_->Count(Call::kFind);
    EXPECT_TRUE(Get(user_id, IfMissing::kCreate).Take()->created);
    return store_->Count(Call::kFind) == finds;
  }
};

TEST_F(AmongNewUsersTest, AKnownUserKeepsTheKeyAndIsSoonLookedForAgain) {
  int known = 0;
  for (int finds = store_->Count(Call::kFind); store_->Count(Call::kFind) == finds; ++known) {
    const std::string user = absl::StrCat("known-", known);
    Store(user);
    const auto found = Get(user, IfMissing::kCreate).Take();
    ASSERT_TRUE(found.ok()) << found.status();
    EXPECT_FALSE(found->created);
    EXPECT_TRUE(shield_.Unshield(*found->user.versions.at(0).key) == ExampleKey());
    ASSERT_LT(known, 20);
  }
  EXPECT_GT(known, 0);
}

TEST_F(AmongNewUsersTest, WhoeverMustNotBeMadeIsLookedFor) {
  EXPECT_EQ(errors::Reason(Get("nobody", IfMissing::kFail).Take().status()), "USER_KEY_NOT_FOUND");
  Store("alice");
  EXPECT_TRUE(Get("alice", IfMissing::kFail).Take().ok());
}

TEST_F(AmongNewUsersTest, AStoreThatCannotBeWrittenToIsStillRead) {
  Store("alice");
  store_->Fail(Call::kCreate, errors::StoreUnavailable("disk full"));
  EXPECT_FALSE(Get("alice", IfMissing::kCreate).Take()->created);
  EXPECT_EQ(errors::Reason(Get("bob", IfMissing::kCreate).Take().status()), "STORE_UNAVAILABLE");
  store_->Fail(Call::kCreate, absl::OkStatus());
  EXPECT_FALSE(MadeAtOnce("bob")) << "after a failure they are looked for";
}

TEST_F(AmongNewUsersTest, AKeyWhoseCommitWasAnsweredWithAnErrorIsFoundAtOnce) {
  store_->LoseCreateAnswers(errors::StoreUnavailable("connection lost"));
  const auto found = Get("alice", IfMissing::kCreate).Take();
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_FALSE(found->created);
}

TEST_F(UserKeysTest, NewKeysDiffer) {
  for (const char* user : {"alice", "bob"}) ASSERT_TRUE(Get(user, IfMissing::kCreate).Take().ok());
  const auto key = [this](const char* user) {
    return shield_.Unshield(*Get(user, IfMissing::kFail).Take()->user.versions.at(0).key);
  };
  EXPECT_FALSE(key("alice") == key("bob"));
  EXPECT_EQ(key("alice").size(), 32);
}

}  // namespace
}  // namespace keyward::keyring
