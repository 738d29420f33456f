#include "server/net/look_pace.h"

#include <gtest/gtest.h>

namespace keyward::net {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(LookPaceTest, LooksTakeOneInTwentyOfACore) {
  EXPECT_EQ(PauseAfterLook(microseconds(0)), microseconds(0));
  EXPECT_EQ(PauseAfterLook(microseconds(30)), microseconds(600));
  EXPECT_EQ(PauseAfterLook(milliseconds(2)), milliseconds(40));
}

TEST(LookPaceTest, ADearLookLeavesNobodyAloneForLong) {
  EXPECT_EQ(PauseAfterLook(milliseconds(500)), milliseconds(50));
  EXPECT_EQ(PauseAfterLook(seconds(5)), milliseconds(50));
}

}  // namespace
}  // namespace keyward::net
