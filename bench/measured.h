#ifndef KEYWARD_BENCH_MEASURED_H_
#define KEYWARD_BENCH_MEASURED_H_

#include <array>
#include <cstdint>
#include <string>

#include "bench/clock.h"
#include "bench/histogram.h"

namespace keyward::bench {

inline constexpr size_t kStatusCodes = 17;

// The time that counts; what happens before warms up.
struct Window {
  Time begin;
  Time end;

  bool Contains(Time time) const { return time >= begin && time < end; }
};

// What came of the calls of one target in one window. A call counts in the window in which it ends;
// its latency counts where it was due there, whenever it ends, so that the slowest are not cut off.
struct Measured {
  uint64_t calls = 0;   // that were OK
  uint64_t values = 0;  // in them
  std::array<uint64_t, kStatusCodes> codes{};
  uint64_t missed = 0;  // due, and not sent since too many were under way
  Histogram ok;
  Histogram refused;
  std::string problem;  // what ended the run; empty: nothing did

  void Add(const Measured& other) {
    calls += other.calls;
    values += other.values;
    for (size_t i = 0; i < codes.size(); ++i) codes[i] += other.codes[i];
    missed += other.missed;
    ok.Add(other.ok);
    refused.Add(other.refused);
    if (problem.empty()) problem = other.problem;
  }
};

}  // namespace keyward::bench

#endif  // KEYWARD_BENCH_MEASURED_H_
