#include "server/auth/rate_limit.h"

#include <gtest/gtest.h>

#include <cstdint>

#include "absl/time/time.h"
#include "server/errors/errors.h"

namespace keyward::auth {
namespace {

constexpr int64_t kMillisecond = 1'000'000;
constexpr int64_t kSecond = 1'000 * kMillisecond;
// No special moment.
constexpr int64_t kStart = 12'345 * kSecond;

class RateLimiterTest : public ::testing::Test {
 protected:
  absl::Status Enter(RateLimiter& limiter, int64_t items = 1) const {
    return limiter.Enter(items, now_);
  }
  // Calls that end at once, until one is refused.
  int CallsLetIn(RateLimiter& limiter) const {
    for (int count = 0;; ++count) {
      if (!Enter(limiter).ok() || count == 10'000) return count;
      limiter.Leave();
    }
  }

  int64_t now_ = kStart;
};

TEST_F(RateLimiterTest, LetsABurstInAndThenTheRate) {
  RateLimiter limiter({.calls_per_second = 10, .burst = 5});
  EXPECT_EQ(CallsLetIn(limiter), 5);
  now_ += 99 * kMillisecond;
  EXPECT_EQ(CallsLetIn(limiter), 0);
  now_ += 1 * kMillisecond;
  EXPECT_EQ(CallsLetIn(limiter), 1);
  now_ += 300 * kMillisecond;
  EXPECT_EQ(CallsLetIn(limiter), 3);
  now_ += 3600 * kSecond;
  EXPECT_EQ(CallsLetIn(limiter), 5);
}

TEST_F(RateLimiterTest, SaysWhenTheNextCallWillBeLetIn) {
  for (const double rate : {0.001, 0.3, 1.0, 7.0, 300.0, 1'000'000.0}) {
    RateLimiter limiter({.calls_per_second = rate, .burst = 2});
    EXPECT_EQ(CallsLetIn(limiter), 2);
    const absl::Status refused = Enter(limiter);
    EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted);
    EXPECT_EQ(errors::Reason(refused), "RATE_LIMITED");
    const auto delay = errors::RetryDelay(refused);
    ASSERT_TRUE(delay);
    EXPECT_GE(*delay, absl::Seconds(1 / rate));
    EXPECT_LE(*delay, absl::Seconds(1 / rate) + absl::Milliseconds(1));
    now_ += absl::ToInt64Nanoseconds(*delay);
    EXPECT_TRUE(Enter(limiter).ok()) << rate;
  }
}

TEST_F(RateLimiterTest, WhatIsRefusedIsNotCounted) {
  RateLimiter limiter({.calls_per_second = 1, .burst = 1, .calls_at_once = 1});
  EXPECT_TRUE(Enter(limiter).ok());
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(Enter(limiter).ok());
  limiter.Leave();
  now_ += kSecond;
  EXPECT_TRUE(Enter(limiter).ok());
}

TEST_F(RateLimiterTest, ABatchCostsItsItems) {
  RateLimiter limiter({.calls_per_second = 10, .burst = 10});
  EXPECT_TRUE(Enter(limiter, 8).ok());
  EXPECT_FALSE(Enter(limiter, 3).ok());
  EXPECT_TRUE(Enter(limiter, 2).ok());
  now_ += 300 * kMillisecond;
  EXPECT_TRUE(Enter(limiter, 3).ok());
  EXPECT_EQ(CallsLetIn(limiter), 0);
}

TEST_F(RateLimiterTest, ABatchOverTheBurstIsLentTheRest) {
  RateLimiter limiter({.calls_per_second = 10, .burst = 10});
  EXPECT_TRUE(Enter(limiter).ok());
  const absl::Status early = Enter(limiter, 100);
  EXPECT_EQ(errors::RetryDelay(early), absl::Milliseconds(100));
  now_ += 100 * kMillisecond;
  EXPECT_TRUE(Enter(limiter, 100).ok());
  // 90 of them are still to be earned.
  EXPECT_EQ(errors::RetryDelay(Enter(limiter)), absl::Milliseconds(9'100));
  now_ += 9'000 * kMillisecond;
  EXPECT_EQ(CallsLetIn(limiter), 0);
  now_ += 100 * kMillisecond;
  EXPECT_EQ(CallsLetIn(limiter), 1);
}

TEST_F(RateLimiterTest, SoManyMayBeUnderWayAndABatchIsOne) {
  RateLimiter limiter({.calls_at_once = 2});
  EXPECT_TRUE(Enter(limiter, 1'000).ok());
  EXPECT_TRUE(Enter(limiter).ok());
  const absl::Status refused = Enter(limiter);
  EXPECT_EQ(errors::Reason(refused), "RATE_LIMITED");
  EXPECT_GT(errors::RetryDelay(refused), absl::ZeroDuration());
  limiter.Leave();
  EXPECT_TRUE(Enter(limiter).ok());
  EXPECT_FALSE(Enter(limiter).ok());
}

TEST_F(RateLimiterTest, AClockThatStandsStillOrSlipsBackEarnsNothing) {
  RateLimiter limiter({.calls_per_second = 1, .burst = 4});
  EXPECT_TRUE(Enter(limiter).ok());
  // Another thread may have read the clock a little earlier.
  now_ -= 10 * kSecond;
  EXPECT_TRUE(Enter(limiter).ok());
  now_ += 10 * kSecond;
  EXPECT_EQ(CallsLetIn(limiter), 2);
  EXPECT_EQ(CallsLetIn(limiter), 0);
}

TEST_F(RateLimiterTest, AChangeKeepsWhatIsUsedUpAndUnderWay) {
  RateLimiter limiter({.calls_per_second = 1, .burst = 10, .calls_at_once = 2});
  EXPECT_TRUE(Enter(limiter, 8).ok());
  limiter.Change({.calls_per_second = 1, .burst = 10, .calls_at_once = 1});
  EXPECT_FALSE(Enter(limiter).ok());
  limiter.Leave();
  limiter.Change({.calls_per_second = 1, .burst = 20, .calls_at_once = 1});
  EXPECT_EQ(CallsLetIn(limiter), 12);
  limiter.Change({.calls_per_second = 1, .burst = 5, .calls_at_once = 1});
  EXPECT_EQ(errors::RetryDelay(Enter(limiter)), absl::Seconds(16));
}

TEST_F(RateLimiterTest, IsFreshOnceAllIsEarnedAndDone) {
  RateLimiter limiter({.calls_per_second = 1, .burst = 1});
  EXPECT_TRUE(limiter.IsFresh(now_));
  EXPECT_TRUE(Enter(limiter).ok());
  EXPECT_FALSE(limiter.IsFresh(now_ + kSecond));
  limiter.Leave();
  EXPECT_FALSE(limiter.IsFresh(now_ + kSecond - 1));
  EXPECT_TRUE(limiter.IsFresh(now_ + kSecond));
}

}  // namespace
}  // namespace keyward::auth
