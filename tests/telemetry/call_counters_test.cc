#include "server/telemetry/call_counters.h"

#include <gtest/gtest.h>

#include <memory>
#include <numeric>
#include <thread>
#include <vector>

namespace keyward::telemetry {
namespace {

// Not on the stack: where the address sanitizer moves that to the heap, GCC 12 loses its alignment
// (https://gcc.gnu.org/PR110027).
std::unique_ptr<CallCounters> NoCalls() { return std::make_unique<CallCounters>(); }

TEST(CallCountersTest, CountsWhatManyThreadsCount) {
  const std::unique_ptr<CallCounters> counters = NoCalls();
  std::vector<std::thread> threads;
  for (int i = 0; i < 20; ++i) {
    threads.emplace_back([&] {
      for (int call = 0; call < 1000; ++call) {
        counters->Started();
        counters->Handled(call % 2 == 0 ? 0 : 14, 30);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const CallCounters::Totals totals = counters->Read();
  EXPECT_EQ(totals.started, 20'000u);
  EXPECT_EQ(totals.handled[0], 10'000u);
  EXPECT_EQ(totals.handled[14], 10'000u);
  EXPECT_EQ(totals.sum_micros, 600'000u);
  EXPECT_EQ(totals.durations[1], 20'000u);
}

TEST(CallCountersTest, ADurationCountsUpToItsBoundAndNoFurther) {
  for (size_t i = 0; i < CallCounters::kBoundsMicros.size(); ++i) {
    const std::unique_ptr<CallCounters> counters = NoCalls();
    counters->Handled(0, CallCounters::kBoundsMicros[i]);
    counters->Handled(0, CallCounters::kBoundsMicros[i] + 1);
    const CallCounters::Totals totals = counters->Read();
    EXPECT_EQ(totals.durations[i], 1u);
    EXPECT_EQ(totals.durations[i + 1], 1u);
  }
  const std::unique_ptr<CallCounters> counters = NoCalls();
  counters->Handled(0, -5);  // no clock of ours goes back
  EXPECT_EQ(counters->Read().sum_micros, 0u);
  EXPECT_EQ(counters->Read().durations[0], 1u);
}

TEST(CallCountersTest, ACodeThatIsNoneIsUnknown) {
  const std::unique_ptr<CallCounters> counters = NoCalls();
  counters->Handled(-1, 0);
  counters->Handled(CallCounters::kCodes, 0);
  const CallCounters::Totals totals = counters->Read();
  EXPECT_EQ(totals.handled[2], 2u);
  EXPECT_EQ(std::accumulate(totals.handled.begin(), totals.handled.end(), uint64_t{0}), 2u);
}

}  // namespace
}  // namespace keyward::telemetry
