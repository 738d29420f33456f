#include "server/keyring/store_upkeep.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/errors/errors.h"
#include "server/keyring/key_wrap.h"
#include "server/store/fake_key_store.h"
#include "server/store/faulty_key_store.h"
#include "tests/keyring/awaited.h"
#include "tests/keyring/known_keys.h"

namespace keyward::keyring {
namespace {

using store::FaultyKeyStore;
using ::testing::ElementsAre;
using ::testing::SizeIs;

store::UserKeys User(const std::string& user_id, uint32_t versions = 1) {
  store::UserKeys keys{.user_id = user_id, .primary_version = versions, .versions = {}};
  for (uint32_t number = versions; number > 0; --number) {
    keys.versions.push_back(WrapKey(*ExampleKeks().current(), user_id, number, ExampleKey(),
                                    absl::UnixEpoch(), crypto::SystemRandom()));
  }
  return keys;
}

class StoreUpkeepTest : public testing::Test {
 protected:
  StoreUpkeepTest() {
    auto inner = std::make_unique<store::FakeKeyStore>();
    users_ = inner.get();
    store_ = std::make_unique<FaultyKeyStore>(std::move(inner));
    upkeep_ = std::make_unique<StoreUpkeep>(ExampleKeks(), *store_, clock_, "");
  }

  absl::StatusOr<StoredKeysTally> Verify() {
    Awaited<StoredKeysTally> tally;
    upkeep_->Verify(tally.Callback());
    return tally.Take();
  }

  store::FakeKeyStore* users_;
  std::unique_ptr<FaultyKeyStore> store_;
  FakeClock clock_;
  std::unique_ptr<StoreUpkeep> upkeep_;
};

TEST_F(StoreUpkeepTest, CountsEveryUserAndKeyOverManyPages) {
  for (int i = 0; i < 2500; ++i) users_->Put(User(absl::StrCat("u", i)));
  users_->Put(User("v", 3));
  const auto tally = Verify();
  ASSERT_TRUE(tally.ok()) << tally.status();
  EXPECT_EQ(tally->users(), 2501u);
  EXPECT_EQ(tally->keys(), 2503u);
  EXPECT_EQ(tally->of(StoredFault::kWrapCorrupt).count, 0u);
}

TEST_F(StoreUpkeepTest, NamesTheFirstTenUsersOfAFaultEachOnce) {
  for (int i = 0; i < 30; ++i) {
    store::UserKeys user = User(absl::StrCat("u", 10 + i), 2);
    for (store::KeyVersion& version : user.versions) version.wrapped_key[20] ^= 1;
    users_->Put(std::move(user));
  }
  const auto tally = Verify();
  ASSERT_TRUE(tally.ok()) << tally.status();
  EXPECT_EQ(tally->of(StoredFault::kWrapCorrupt).count, 60u);
  EXPECT_THAT(tally->of(StoredFault::kWrapCorrupt).user_ids, SizeIs(10));
  EXPECT_EQ(tally->of(StoredFault::kWrapCorrupt).user_ids.back(), "u19");
}

TEST_F(StoreUpkeepTest, AStoreThatFailsIsToldAndTheNextCallIsServed) {
  store_->Fail(FaultyKeyStore::Call::kPage, errors::StoreUnavailable("broken"));
  EXPECT_EQ(errors::Reason(Verify().status()), "STORE_UNAVAILABLE");
  store_->Fail(FaultyKeyStore::Call::kPage, absl::OkStatus());
  EXPECT_TRUE(Verify().ok());
}

TEST_F(StoreUpkeepTest, OneAtATime) {
  store_->Hold(FaultyKeyStore::Call::kPage);
  Awaited<StoredKeysTally> first;
  upkeep_->Verify(first.Callback());
  store_->WaitForHeld(FaultyKeyStore::Call::kPage, 1);
  EXPECT_EQ(errors::Reason(Verify().status()), "OVERLOADED");
  Awaited<BackedUp> backup;
  upkeep_->Backup("", backup.Callback());
  EXPECT_EQ(errors::Reason(backup.Take().status()), "OVERLOADED");
  store_->Release(FaultyKeyStore::Call::kPage);
  EXPECT_TRUE(first.Take().ok());
  EXPECT_TRUE(Verify().ok());
}

// The store still has the call, and answers it when nobody is there any more.
TEST_F(StoreUpkeepTest, StopAnswersWhatWaitsForTheStore) {
  store_->Hold(FaultyKeyStore::Call::kPage);
  Awaited<StoredKeysTally> tally;
  upkeep_->Verify(tally.Callback());
  store_->WaitForHeld(FaultyKeyStore::Call::kPage, 1);
  upkeep_->Stop();
  EXPECT_EQ(errors::Reason(tally.Take().status()), "DRAINING");
  EXPECT_EQ(errors::Reason(Verify().status()), "DRAINING");
  upkeep_.reset();
  store_->Release(FaultyKeyStore::Call::kPage);
}

TEST_F(StoreUpkeepTest, WithoutAFolderThereIsNoBackup) {
  Awaited<BackedUp> backup;
  upkeep_->Backup("a.db", backup.Callback());
  EXPECT_EQ(errors::Reason(backup.Take().status()), "INVALID_REQUEST");
}

TEST_F(StoreUpkeepTest, ABackupThatTheStoreRefusesLeavesNothing) {
  const auto folder = std::filesystem::path(testing::TempDir()) / "keyward_upkeep";
  std::filesystem::create_directory(folder);
  StoreUpkeep upkeep(ExampleKeks(), *store_, clock_, folder.string());
  Awaited<BackedUp> backup;
  upkeep.Backup("a.db", backup.Callback());
  EXPECT_EQ(errors::Reason(backup.Take().status()), "STORE_UNAVAILABLE");
  EXPECT_TRUE(std::filesystem::is_empty(folder));
  std::filesystem::remove(folder);
}

}  // namespace
}  // namespace keyward::keyring
