#include "server/telemetry/log_quota.h"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>

namespace keyward::telemetry {
namespace {

using std::chrono::milliseconds;

TEST(LogQuotaTest, WhatIsLeftOutOfASecondIsToldInTheNext) {
  LogQuota quota;
  const LogQuota::Clock::time_point start = LogQuota::Clock::now();
  for (int line = 0; line < LogQuota::kLinesPerSecond; ++line) {
    EXPECT_EQ(quota.Take(start + milliseconds(line)), 0) << line;
  }
  for (int line = 0; line < 3; ++line) {
    EXPECT_EQ(quota.Take(start + milliseconds(999)), std::nullopt);
  }
  EXPECT_EQ(quota.Take(start + milliseconds(1000)), 3);
  EXPECT_EQ(quota.Take(start + milliseconds(1001)), 0);
}

TEST(LogQuotaTest, QuietTimesSaveNothingUp) {
  LogQuota quota;
  const LogQuota::Clock::time_point later = LogQuota::Clock::now() + std::chrono::hours(1);
  for (int line = 0; line < LogQuota::kLinesPerSecond; ++line) EXPECT_TRUE(quota.Take(later));
  EXPECT_FALSE(quota.Take(later));
}

}  // namespace
}  // namespace keyward::telemetry
