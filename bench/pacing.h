#ifndef KEYWARD_BENCH_PACING_H_
#define KEYWARD_BENCH_PACING_H_

#include <cstdint>

#include "bench/clock.h"
#include "bench/random_sequence.h"

namespace keyward::bench {

enum class Spacing { kPoisson, kConstant };

// When calls are due at a fixed rate, however long those before them take: the schedule never waits
// for an answer, and latency counts from it, so that a stalled server cannot hide the calls that it
// delayed.
class Pacing {
 public:
  // `rate` in calls per second, above 0.
  Pacing(Time start, double rate, Spacing spacing, uint64_t seed)
      : next_(start), mean_gap_(1 / rate), spacing_(spacing), random_(seed) {
    if (spacing_ == Spacing::kPoisson) Advance();
  }

  Time next() const { return next_; }
  void Advance() {
    const double gaps = spacing_ == Spacing::kPoisson ? random_.Gap() : 1;
    next_ += Seconds(mean_gap_ * gaps);
  }

 private:
  Time next_;
  const double mean_gap_;  // seconds
  const Spacing spacing_;
  RandomSequence random_;
};

}  // namespace keyward::bench

#endif  // KEYWARD_BENCH_PACING_H_
