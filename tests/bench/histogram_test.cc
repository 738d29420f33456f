#include "bench/histogram.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "bench/random_sequence.h"

namespace keyward::bench {
namespace {

TEST(HistogramTest, IsExactForShortLatencies) {
  Histogram histogram;
  for (uint64_t micros = 1; micros <= 2000; ++micros) histogram.Record(micros);
  EXPECT_EQ(histogram.Percentile(50), 1000u);
  EXPECT_EQ(histogram.Percentile(99), 1980u);
  EXPECT_EQ(histogram.Percentile(99.9), 1998u);
  EXPECT_EQ(histogram.Percentile(100), 2000u);
  EXPECT_EQ(histogram.max(), 2000u);
  EXPECT_DOUBLE_EQ(histogram.mean(), 1000.5);
}

TEST(HistogramTest, KeepsThreeDigitsOfAnyLatency) {
  for (uint64_t micros = 1; micros <= Histogram::kMaxMicros; micros = micros * 17 / 16 + 1) {
    Histogram histogram;
    histogram.Record(micros);
    histogram.Record(2 * Histogram::kMaxMicros);  // so that the maximum does not hide the bucket
    const uint64_t told = histogram.Percentile(50);
    EXPECT_GE(told, micros);
    EXPECT_LE(static_cast<double>(told - micros), static_cast<double>(micros) / 1000);
  }
}

TEST(HistogramTest, AgreesWithSortedValues) {
  RandomSequence random(7);
  Histogram histogram;
  std::vector<uint64_t> values;
  for (int i = 0; i < 100'000; ++i) {
    values.push_back(static_cast<uint64_t>(300 * random.Gap() * random.Gap()) + 1);
    histogram.Record(values.back());
  }
  std::sort(values.begin(), values.end());
  for (const double percent : {10.0, 50.0, 90.0, 99.0, 99.9}) {
    const auto rank = static_cast<size_t>(std::ceil(percent * 1000 - 1e-6));
    const auto exact = static_cast<double>(values[rank - 1]);
    EXPECT_NEAR(static_cast<double>(histogram.Percentile(percent)), exact, exact / 1000) << percent;
  }
}

TEST(HistogramTest, AddsUpTheThreads) {
  Histogram one;
  Histogram other;
  for (int i = 0; i < 90; ++i) one.Record(10);
  for (int i = 0; i < 10; ++i) other.Record(5'000'000);
  one.Add(other);
  EXPECT_EQ(one.count(), 100u);
  EXPECT_EQ(one.Percentile(90), 10u);
  EXPECT_EQ(one.Percentile(91), 5'000'000u);
  EXPECT_EQ(one.max(), 5'000'000u);
}

TEST(HistogramTest, TellsTheMaximumBeyondItsRange) {
  Histogram histogram;
  histogram.Record(3 * Histogram::kMaxMicros);
  EXPECT_EQ(histogram.max(), 3 * Histogram::kMaxMicros);
  EXPECT_GE(histogram.Percentile(50), Histogram::kMaxMicros);
}

TEST(HistogramTest, IsZeroWhereNothingWasRecorded) {
  const Histogram histogram;
  EXPECT_EQ(histogram.Percentile(99), 0u);
  EXPECT_EQ(histogram.max(), 0u);
  EXPECT_EQ(histogram.mean(), 0);
}

}  // namespace
}  // namespace keyward::bench
