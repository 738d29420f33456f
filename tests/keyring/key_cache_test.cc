#include "server/keyring/key_cache.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "tests/keyring/known_keys.h"

namespace keyward::keyring {
namespace {

LoadedUser User(uint32_t version = 1) {
  LoadedUser user;
  user.primary_version = version;
  return user;
}

class KeyCacheTest : public ::testing::Test {
 protected:
  FakeClock clock_;
};

TEST_F(KeyCacheTest, FindsWhatWasPutAndNothingElse) {
  KeyCache cache(1000, absl::Minutes(5), clock_);
  cache.Put("alice", User(7));
  ASSERT_TRUE(cache.Get("alice"));
  EXPECT_EQ(cache.Get("alice")->primary_version, 7);
  EXPECT_FALSE(cache.Get("bob"));
  EXPECT_FALSE(cache.Get("alic"));
  EXPECT_EQ(cache.size(), 1);
}

TEST_F(KeyCacheTest, ANewerEntryTakesTheOldOnesPlace) {
  KeyCache cache(1000, absl::Minutes(5), clock_);
  cache.Put("alice", User(1));
  cache.Put("alice", User(2));
  EXPECT_EQ(cache.Get("alice")->primary_version, 2);
  EXPECT_EQ(cache.size(), 1);
}

TEST_F(KeyCacheTest, WhatIsDroppedIsGoneAndNothingElse) {
  KeyCache cache(1000, absl::Minutes(5), clock_);
  cache.Put("alice", User(1));
  cache.Put("bob", User(2));
  cache.Drop("alice");
  cache.Drop("nobody");
  EXPECT_FALSE(cache.Get("alice"));
  EXPECT_EQ(cache.Get("bob")->primary_version, 2);
  EXPECT_EQ(cache.size(), 1);
}

TEST_F(KeyCacheTest, AgeCountsFromWhenItWasReadAndIsNotProlongedByUse) {
  KeyCache cache(1000, absl::Minutes(5), clock_);
  const absl::Duration read = clock_.Monotonic();
  clock_.Advance(absl::Minutes(2));
  cache.Put("alice", User(), read);
  for (int minute = 2; minute < 5; ++minute) {
    EXPECT_TRUE(cache.Get("alice")) << minute;
    clock_.Advance(absl::Minutes(1));
  }
  EXPECT_FALSE(cache.Get("alice"));
}

TEST_F(KeyCacheTest, ServesNothingThatIsAsOldAsTheTtl) {
  KeyCache cache(1000, absl::Minutes(5), clock_);
  cache.Put("alice", User());
  clock_.Advance(absl::Minutes(5) - absl::Nanoseconds(1));
  EXPECT_TRUE(cache.Get("alice"));
  clock_.Advance(absl::Nanoseconds(1));
  EXPECT_FALSE(cache.Get("alice"));
  EXPECT_EQ(cache.size(), 0);
}

TEST_F(KeyCacheTest, AgeCountsFromLoadingNotFromUse) {
  KeyCache cache(1000, absl::Minutes(5), clock_);
  cache.Put("alice", User());
  for (int minute = 0; minute < 4; ++minute) {
    clock_.Advance(absl::Minutes(1));
    EXPECT_TRUE(cache.Get("alice"));
  }
  clock_.Advance(absl::Minutes(1));
  EXPECT_FALSE(cache.Get("alice"));
}

TEST_F(KeyCacheTest, PuttingAnewStartsAnewAge) {
  KeyCache cache(1000, absl::Minutes(5), clock_);
  cache.Put("alice", User(1));
  clock_.Advance(absl::Minutes(4));
  cache.Put("alice", User(2));
  clock_.Advance(absl::Minutes(4));
  ASSERT_TRUE(cache.Get("alice"));
  EXPECT_EQ(cache.Get("alice")->primary_version, 2);
}

TEST_F(KeyCacheTest, HoldsNoMoreUsersThanItMay) {
  KeyCache cache(160, absl::Minutes(5), clock_);
  for (int i = 0; i < 10000; ++i) cache.Put("user-" + std::to_string(i), User());
  EXPECT_LE(cache.size(), 160);
  EXPECT_GE(cache.size(), 100);
}

TEST_F(KeyCacheTest, WhatIsInUseStaysAndWhatIsNotGoes) {
  KeyCache cache(160, absl::Minutes(5), clock_);
  cache.Put("favourite", User());
  for (int i = 0; i < 10000; ++i) {
    cache.Put("user-" + std::to_string(i), User());
    ASSERT_TRUE(cache.Get("favourite")) << i;
  }
  EXPECT_FALSE(cache.Get("user-0"));
  EXPECT_TRUE(cache.Get("user-9999"));
}

TEST_F(KeyCacheTest, ManyThreadsUseItAtOnce) {
  KeyCache cache(64, absl::Minutes(5), clock_);
  std::vector<std::thread> threads;
  std::vector<int> wrong(4, 0);
  for (int& count : wrong) {
    threads.emplace_back([&cache, &count, this] {
      for (int i = 0; i < 5000; ++i) {
        const uint32_t n = static_cast<uint32_t>(i * 7 % 200);
        const std::string id = "user-" + std::to_string(n);
        if (const auto user = cache.Get(id)) {
          count += user->primary_version == n ? 0 : 1;
        } else {
          cache.Put(id, User(n));
        }
        if (i % 1000 == 0) clock_.Advance(absl::Minutes(1));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, std::vector<int>(4, 0));
  EXPECT_LE(cache.size(), 64);
}

}  // namespace
}  // namespace keyward::keyring
