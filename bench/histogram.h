#ifndef KEYWARD_BENCH_HISTOGRAM_H_
#define KEYWARD_BENCH_HISTOGRAM_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace keyward::bench {

// How often each latency was seen, in microseconds, after Gil Tene's HdrHistogram: exact up to
// 2047, then in buckets no wider than a thousandth of their value, up to 100 seconds (what is
// longer counts as that, but Max tells it). Recording allocates nothing. One thread at a time.
class Histogram {
 public:
  static constexpr uint64_t kMaxMicros = 100'000'000;

  Histogram();

  void Record(uint64_t micros) {
    ++counts_[IndexOf(micros < kMaxMicros ? micros : kMaxMicros)];
    ++count_;
    sum_ += micros;
    if (micros > max_) max_ = micros;
  }
  void Add(const Histogram& other);

  uint64_t count() const { return count_; }
  uint64_t max() const { return max_; }
  double mean() const;
  // The least value that `percent` of all that was recorded do not exceed, as the highest of its
  // bucket; 0 where nothing was recorded.
  uint64_t Percentile(double percent) const;

 private:
  static size_t IndexOf(uint64_t micros);
  static uint64_t HighestOf(size_t index);

  std::vector<uint64_t> counts_;
  uint64_t count_ = 0;
  uint64_t sum_ = 0;
  uint64_t max_ = 0;
};

}  // namespace keyward::bench

#endif  // KEYWARD_BENCH_HISTOGRAM_H_
