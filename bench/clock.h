#ifndef KEYWARD_BENCH_CLOCK_H_
#define KEYWARD_BENCH_CLOCK_H_

#include <chrono>

namespace keyward::bench {

using Clock = std::chrono::steady_clock;
using Time = Clock::time_point;

inline Clock::duration Seconds(double seconds) {
  return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
}

inline double ToSeconds(Clock::duration duration) {
  return std::chrono::duration<double>(duration).count();
}

}  // namespace keyward::bench

#endif  // KEYWARD_BENCH_CLOCK_H_
