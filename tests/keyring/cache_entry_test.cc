#include "server/keyring/cache_entry.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/keyring/known_keys.h"

namespace keyward::keyring {
namespace {

ShieldedKey Shielded(char fill) {
  ShieldedKey key;
  key.fill(fill);
  return key;
}

void ExpectSame(const LoadedUser& a, const LoadedUser& b) {
  EXPECT_EQ(a.state, b.state);
  EXPECT_EQ(a.primary_version, b.primary_version);
  EXPECT_EQ(a.min_version, b.min_version);
  ASSERT_EQ(a.versions.size(), b.versions.size());
  for (size_t i = 0; i < a.versions.size(); ++i) {
    EXPECT_EQ(a.versions[i].version, b.versions[i].version);
    EXPECT_EQ(a.versions[i].state, b.versions[i].state);
    EXPECT_EQ(a.versions[i].created_at_micros, b.versions[i].created_at_micros);
    EXPECT_EQ(a.versions[i].key, b.versions[i].key);
    EXPECT_TRUE(b.versions[i].problem.ok());
  }
}

TEST(CacheEntryTest, UnpacksToWhatWasPacked) {
  LoadedUser user{.state = store::UserState::kDisabled,
                  .primary_version = 4'000'000'000,
                  .min_version = 2,
                  .versions = {}};
  user.versions.push_back({.version = 4'000'000'000,
                           .state = store::VersionState::kEnabled,
                           .created_at_micros = -1,
                           .problem = absl::OkStatus(),
                           .key = Shielded('a')});
  user.versions.push_back({.version = 7,
                           .state = store::VersionState::kDestroyed,
                           .created_at_micros = 1'700'000'000'000'000,
                           .problem = absl::OkStatus(),
                           .key = std::nullopt});
  user.versions.push_back({.version = 1,
                           .state = store::VersionState::kDisabled,
                           .created_at_micros = 0,
                           .problem = absl::OkStatus(),
                           .key = Shielded('\xff')});
  const CacheEntry::Ptr entry = CacheEntry::New("alice", user);
  EXPECT_EQ(entry->user_id(), "alice");
  ExpectSame(user, entry->Unpack());
}

TEST(CacheEntryTest, HoldsAnyIdAndNoVersionAtAll) {
  for (const std::string& id : {std::string(), std::string(256, 'x'), std::string("\xff\x01", 2)}) {
    const CacheEntry::Ptr entry = CacheEntry::New(id, LoadedUser());
    EXPECT_EQ(entry->user_id(), id);
    ExpectSame(LoadedUser(), entry->Unpack());
  }
}

}  // namespace
}  // namespace keyward::keyring
