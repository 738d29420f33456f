#include "bench/pacing.h"

#include <gtest/gtest.h>

#include <vector>

namespace keyward::bench {
namespace {

std::vector<double> Gaps(Pacing pacing, Time start, int count) {
  std::vector<double> gaps;
  for (Time last = start; count > 0; --count, pacing.Advance()) {
    gaps.push_back(ToSeconds(pacing.next() - last));
    last = pacing.next();
  }
  return gaps;
}

TEST(PacingTest, ConstantSpacingStartsAtOnceAndKeepsItsGap) {
  const Time start{};
  const std::vector<double> gaps = Gaps(Pacing(start, 1000, Spacing::kConstant, 1), start, 100);
  EXPECT_EQ(gaps.front(), 0);
  for (size_t i = 1; i < gaps.size(); ++i) EXPECT_NEAR(gaps[i], 0.001, 1e-8);
}

TEST(PacingTest, PoissonSpacingHasTheRateAndTheSpreadOfOne) {
  const Time start{};
  constexpr int kCalls = 100'000;
  double sum = 0;
  double squares = 0;
  for (const double gap : Gaps(Pacing(start, 500, Spacing::kPoisson, 3), start, kCalls)) {
    EXPECT_GE(gap, 0);
    sum += gap;
    squares += gap * gap;
  }
  const double mean = sum / kCalls;
  EXPECT_NEAR(mean, 0.002, 0.002 * 0.02);
  EXPECT_NEAR(squares / kCalls - mean * mean, mean * mean, mean * mean * 0.05);
}

TEST(PacingTest, SeedsGiveSchedulesOfTheirOwnAndTheSameAgain) {
  const Time start{};
  const auto first = Gaps(Pacing(start, 500, Spacing::kPoisson, 1), start, 10);
  EXPECT_EQ(first, Gaps(Pacing(start, 500, Spacing::kPoisson, 1), start, 10));
  EXPECT_NE(first, Gaps(Pacing(start, 500, Spacing::kPoisson, 2), start, 10));
}

}  // namespace
}  // namespace keyward::bench
