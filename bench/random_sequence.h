#ifndef KEYWARD_BENCH_RANDOM_SEQUENCE_H_
#define KEYWARD_BENCH_RANDOM_SEQUENCE_H_

#include <cmath>
#include <cstdint>

namespace keyward::bench {

// SplitMix64 (Steele, Lea and Flood 2014): cheap, and the same for the same seed. Nothing secret
// may come from it.
class RandomSequence {
 public:
  explicit RandomSequence(uint64_t seed) : state_(seed) {}

  uint64_t Next() {
    uint64_t z = (state_ += 0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return z ^ (z >> 31);
  }
  // Uniform below `bound`, which is far below 2^32.
  uint64_t Below(uint64_t bound) { return ((Next() >> 32) * bound) >> 32; }
  // Uniform in (0, 1].
  double Fraction() { return static_cast<double>((Next() >> 11) + 1) * 0x1p-53; }
  // Exponentially distributed with mean 1: the gaps of a Poisson process.
  double Gap() { return -std::log(Fraction()); }

 private:
  uint64_t state_;
};

}  // namespace keyward::bench

#endif  // KEYWARD_BENCH_RANDOM_SEQUENCE_H_
