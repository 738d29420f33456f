#include "bench/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace keyward::bench {
namespace {

// Each power of two above the exact range is cut into as many buckets.
constexpr int kBucketBits = 10;
constexpr size_t kBuckets = size_t{1} << kBucketBits;

}  // namespace

Histogram::Histogram() : counts_(IndexOf(kMaxMicros) + 1) {}

size_t Histogram::IndexOf(uint64_t micros) {
  const int shift = std::max(0, static_cast<int>(std::bit_width(micros)) - (kBucketBits + 1));
  return static_cast<size_t>(shift) * kBuckets + static_cast<size_t>(micros >> shift);
}

uint64_t Histogram::HighestOf(size_t index) {
  const size_t shift = index < 2 * kBuckets ? 0 : index / kBuckets - 1;
  const uint64_t mantissa = index - shift * kBuckets;
  return ((mantissa + 1) << shift) - 1;
}

void Histogram::Add(const Histogram& other) {
  for (size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
  count_ += other.count_;
  sum_ += other.sum_;
  max_ = std::max(max_, other.max_);
}

double Histogram::mean() const {
  return count_ == 0 ? 0 : static_cast<double>(sum_) / static_cast<double>(count_);
}

uint64_t Histogram::Percentile(double percent) const {
  // Less the error of a percentage that binary fractions do not hold, such as 99.9.
  const double exact_rank = percent / 100 * static_cast<double>(count_) - 1e-6;
  const auto rank = static_cast<uint64_t>(std::ceil(std::max(exact_rank, 0.0)));
  uint64_t seen = 0;
  for (size_t i = 0; i < counts_.size(); ++i) {
    seen += counts_[i];
    if (seen > 0 && seen >= rank) return std::min(HighestOf(i), max_);
  }
  return 0;
}

}  // namespace keyward::bench
