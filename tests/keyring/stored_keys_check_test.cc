#include "server/keyring/stored_keys_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "server/errors/errors.h"
#include "server/keyring/key_wrap.h"
#include "server/keyring/loaded_user.h"
#include "server/store/stored_row.h"
#include "tests/keyring/known_keys.h"
#include "tests/testing/chance.h"

namespace keyward::keyring {
namespace {

using store::UserState;
using store::VersionState;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;

store::UserKeys Alice(uint32_t versions = 1) {
  store::UserKeys keys{.user_id = "alice", .primary_version = versions, .versions = {}};
  for (uint32_t number = versions; number > 0; --number) {
    keys.versions.push_back(WrapKey(*ExampleKeks().current(), "alice", number, ExampleKey(),
                                    absl::UnixEpoch(), crypto::SystemRandom()));
  }
  return keys;
}

auto Is(StoredFault fault, std::optional<uint32_t> version) {
  return AllOf(Field(&FoundFault::fault, fault), Field(&FoundFault::version, version));
}

std::vector<FoundFault> Check(const store::UserKeys& keys) {
  return CheckStoredKeys(ExampleKeks(), keys);
}

TEST(StoredKeysCheckTest, ASoundUserHasNoFault) {
  EXPECT_THAT(Check(Alice(3)), IsEmpty());
  store::UserKeys keys = Alice(2);
  keys.primary_version = 1;
  keys.versions[0].state = VersionState::kDisabled;
  keys.state = UserState::kDisabled;
  EXPECT_THAT(Check(keys), IsEmpty());
}

TEST(StoredKeysCheckTest, ATombstoneNeedsNoKey) {
  store::UserKeys keys{.user_id = "alice", .primary_version = 1, .versions = {}};
  for (const auto state : {UserState::kDeleted, UserState::kDestroyed}) {
    keys.state = state;
    EXPECT_THAT(Check(keys), IsEmpty());
  }
  for (const auto state : {UserState::kActive, UserState::kDisabled}) {
    keys.state = state;
    EXPECT_THAT(Check(keys), ElementsAre(Is(StoredFault::kNoVersions, std::nullopt)));
  }
  keys = Alice();
  keys.versions[0].state = VersionState::kDestroyed;
  keys.versions[0].wrapped_key.clear();
  EXPECT_THAT(Check(keys), IsEmpty());
}

TEST(StoredKeysCheckTest, EachFaultIsFoundTheUsersFirst) {
  store::UserKeys keys = Alice(5);
  keys.primary_version = 6;
  keys.versions[0].wrapped_key[30] ^= 1;
  keys.versions[1].kek_id = TurnedOverKeks().current()->id();
  keys.versions[2].wrap_format = 1;
  keys.versions[3].state = static_cast<VersionState>(4);
  EXPECT_THAT(Check(keys),
              ElementsAre(Is(StoredFault::kPrimaryMissing, std::nullopt),
                          Is(StoredFault::kWrapCorrupt, 5), Is(StoredFault::kKekNotLoaded, 4),
                          Is(StoredFault::kMalformed, 3), Is(StoredFault::kUnknownState, 2)));
  keys = Alice();
  keys.state = static_cast<UserState>(0);
  EXPECT_THAT(Check(keys), ElementsAre(Is(StoredFault::kUnknownState, std::nullopt)));
}

TEST(StoredKeysCheckTest, NamesAreUnlikeAndTheServersWhereItHasThem) {
  std::set<std::string_view> names;
  for (size_t i = 0; i < kStoredFaults; ++i) names.insert(FaultName(static_cast<StoredFault>(i)));
  EXPECT_EQ(names.size(), kStoredFaults);
  EXPECT_EQ(FaultName(StoredFault::kWrapCorrupt), errors::Reason(errors::StoredKeyCorrupt()));
  EXPECT_EQ(FaultName(StoredFault::kKekNotLoaded), errors::Reason(errors::KekNotLoaded("")));
}

class StoredKeysCheckPropertyTest : public ::keyward::testing::PropertyTest {
 protected:
  // Sound, or wrong in a few ways at once.
  store::UserKeys Random() {
    store::UserKeys keys = Alice(static_cast<uint32_t>(1 + chance_.Below(3)));
    if (chance_.OneIn(8)) keys.versions.clear();
    if (chance_.OneIn(4)) keys.state = static_cast<UserState>(chance_.Below(6));
    if (chance_.OneIn(4)) keys.primary_version = static_cast<uint32_t>(chance_.Below(5));
    for (store::KeyVersion& key : keys.versions) {
      if (chance_.OneIn(4)) key.state = static_cast<VersionState>(chance_.Below(5));
      if (chance_.OneIn(12)) key.version = static_cast<uint32_t>(chance_.Below(5));
      if (chance_.OneIn(12)) key.wrap_format = static_cast<int>(chance_.Below(4));
      if (chance_.OneIn(12)) key.wrapped_key = chance_.Bytes(chance_.Below(61));
      if (chance_.OneIn(12)) key.kek_id = chance_.Bytes(chance_.Below(9));
    }
    return keys;
  }

  KeyShield shield_{crypto::SystemRandom()};
};

TEST_F(StoredKeysCheckPropertyTest, SoundIsWhatTheServerServes) {
  int sound = 0;
  for (int i = 0; i < 5'000; ++i) {
    const store::UserKeys keys = Random();
    const bool served =
        store::CheckUserKeys(keys).ok() && LoadUser(keys, ExampleKeks(), shield_).complete();
    ASSERT_EQ(Check(keys).empty(), served) << i;
    sound += served ? 1 : 0;
  }
  EXPECT_GT(sound, 1'000);
  EXPECT_LT(sound, 4'000);
}

}  // namespace
}  // namespace keyward::keyring
