#include "server/net/rapid_resets.h"

#include <gtest/gtest.h>

namespace keyward::net {
namespace {

constexpr std::chrono::seconds kSecond{1};

TEST(RapidResetsTest, LetsAClientGiveUpAllItsCallsManyTimesASecond) {
  constexpr std::chrono::milliseconds kSixteenth{64};
  RapidResets resets;
  RapidResets::Clock::time_point now = RapidResets::Clock::now();
  int64_t count = 0;
  for (int time = 0; time < 1600; ++time) {
    count += kMaxStreamsPerConnection;
    ASSERT_FALSE(resets.Judge({.open = 0, .unanswered = count}, now += kSixteenth)) << time;
  }
}

TEST(RapidResetsTest, IsToldOfMoreThanThat) {
  RapidResets resets;
  const RapidResets::Clock::time_point now = RapidResets::Clock::now();
  EXPECT_FALSE(resets.Judge({.open = 0, .unanswered = RapidResets::kMaxResets}, now));
  EXPECT_TRUE(resets.Judge({.open = 0, .unanswered = RapidResets::kMaxResets + 1}, now));
}

TEST(RapidResetsTest, SavesNothingUpForLater) {
  RapidResets resets;
  RapidResets::Clock::time_point now = RapidResets::Clock::now();
  EXPECT_FALSE(resets.Judge({.open = 0, .unanswered = 0}, now));
  now += 100 * kSecond;
  EXPECT_TRUE(resets.Judge({.open = 0, .unanswered = RapidResets::kMaxResets + 1}, now));
}

TEST(RapidResetsTest, LetsAClientMakeAllItsCallsAnewBeforeGrpcHasDoneWithThoseGivenUp) {
  RapidResets resets;
  EXPECT_FALSE(resets.Judge({.open = 2 * kMaxStreamsPerConnection * 9 / 8, .unanswered = 0},
                            RapidResets::Clock::now()));
}

TEST(RapidResetsTest, IsToldOfStreamsThatGrpcHasNotDoneWith) {
  RapidResets resets;
  const RapidResets::Clock::time_point now = RapidResets::Clock::now();
  EXPECT_FALSE(resets.Judge({.open = kMaxStreamsPerConnection, .unanswered = 0}, now));
  EXPECT_TRUE(resets.Judge({.open = RapidResets::kMaxOpen + 1, .unanswered = 0}, now));
}

}  // namespace
}  // namespace keyward::net
