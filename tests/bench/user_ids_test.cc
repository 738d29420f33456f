#include "bench/user_ids.h"

#include <gtest/gtest.h>

#include <string>
#include <unordered_set>
#include <vector>

#include "bench/random_sequence.h"

namespace keyward::bench {
namespace {

constexpr uint64_t kUsers = 200'000;

TEST(UserIdsTest, EveryUserHasAnIdOfTheirOwn) {
  std::unordered_set<std::string> ids;
  for (uint64_t i = 0; i < kUsers; ++i) ids.insert(UserId(i));
  for (uint64_t i = 0; i < kUsers; ++i) ids.insert(NewUserId(i));
  EXPECT_EQ(ids.size(), 2 * kUsers);
}

TEST(UserIdsTest, ScatterIsAPermutation) {
  std::unordered_set<uint64_t> seen;
  for (uint64_t i = 0; i < 1 << 16; ++i) {
    const uint64_t scattered = Scatter(i, 16);
    EXPECT_LT(scattered, uint64_t{1} << 16);
    seen.insert(scattered);
  }
  EXPECT_EQ(seen.size(), size_t{1} << 16);
}

// What `fill` has stored, a later version of `load` must find.
TEST(UserIdsTest, TheIdsOfUsersNeverChange) {
  EXPECT_EQ(UserId(0), "0");
  EXPECT_EQ(UserId(1), "1199023947");
  EXPECT_EQ(UserId(99'999), "96106560");
}

TEST(UserIdsTest, NewUsersAreSpreadAmongTheKnownOnes) {
  int below = 0;
  for (uint64_t i = 0; i < 1000; ++i) below += NewUserId(i) < UserId(i) ? 1 : 0;
  EXPECT_GT(below, 300);
  EXPECT_LT(below, 700);
}

TEST(RandomSequenceTest, IsUniformBelowItsBound) {
  RandomSequence random(1);
  std::vector<int> seen(10);
  for (int i = 0; i < 100'000; ++i) ++seen[random.Below(10)];
  for (const int count : seen) EXPECT_NEAR(count, 10'000, 500);
}

}  // namespace
}  // namespace keyward::bench
