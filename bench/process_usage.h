#ifndef KEYWARD_BENCH_PROCESS_USAGE_H_
#define KEYWARD_BENCH_PROCESS_USAGE_H_

#include <cstdint>

namespace keyward::bench {

// What a process uses, from /proc; zeros where it is not there.
struct ProcessUsage {
  int64_t rss_kib = 0;     // memory that is in RAM now
  double cpu_seconds = 0;  // since it started, user and system
};

// `pid` 0 is this process.
ProcessUsage UsageOf(int pid);

}  // namespace keyward::bench

#endif  // KEYWARD_BENCH_PROCESS_USAGE_H_
