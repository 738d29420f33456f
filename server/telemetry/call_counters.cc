#include "server/telemetry/call_counters.h"

#include <algorithm>

namespace keyward::telemetry {
namespace {

constexpr int kUnknown = 2;

// Each thread's own number, in the order in which they first count.
size_t ThreadNumber() {
  static std::atomic<size_t> next = 0;
  thread_local const size_t number = next.fetch_add(1, std::memory_order_relaxed);
  return number;
}

void Add(std::atomic<uint64_t>& counter, uint64_t count) {
  counter.fetch_add(count, std::memory_order_relaxed);
}

}  // namespace

CallCounters::Place& CallCounters::Mine() { return places_[ThreadNumber() % places_.size()]; }

void CallCounters::Handled(int code, int64_t micros) {
  Place& place = Mine();
  Add(place.handled[static_cast<size_t>(code >= 0 && code < kCodes ? code : kUnknown)], 1);
  const auto* bound = std::lower_bound(kBoundsMicros.begin(), kBoundsMicros.end(), micros);
  Add(place.durations[static_cast<size_t>(bound - kBoundsMicros.begin())], 1);
  Add(place.sum_micros, static_cast<uint64_t>(std::max<int64_t>(0, micros)));
}

CallCounters::Totals CallCounters::Read() const {
  Totals totals;
  for (const Place& place : places_) {
    totals.started += place.started.load(std::memory_order_relaxed);
    totals.sum_micros += place.sum_micros.load(std::memory_order_relaxed);
    for (size_t i = 0; i < totals.handled.size(); ++i) {
      totals.handled[i] += place.handled[i].load(std::memory_order_relaxed);
    }
    for (size_t i = 0; i < totals.durations.size(); ++i) {
      totals.durations[i] += place.durations[i].load(std::memory_order_relaxed);
    }
  }
  return totals;
}

}  // namespace keyward::telemetry
