#ifndef KEYWARD_SERVER_TELEMETRY_CALL_COUNTERS_H_
#define KEYWARD_SERVER_TELEMETRY_CALL_COUNTERS_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace keyward::telemetry {

// How many calls of one kind there were, how they ended, and how long they took. Thread-safe; to
// count takes no lock, and threads mostly count in places of their own.
class CallCounters {
 public:
  static constexpr int kCodes = 17;  // of canonical status codes
  // Upper bounds of the buckets of durations, in microseconds. A cached key takes some ten.
  static constexpr std::array<int64_t, 14> kBoundsMicros = {
      25,    50,     100,    250,     500,     1'000,     2'500,
      5'000, 10'000, 25'000, 100'000, 500'000, 2'500'000, 10'000'000};

  void Started() { Mine().started.fetch_add(1, std::memory_order_relaxed); }
  // `code` beyond the canonical ones counts as UNKNOWN.
  void Handled(int code, int64_t micros);

  struct Totals {
    uint64_t started = 0;
    std::array<uint64_t, kCodes> handled{};
    // One more than there are bounds, for what took longer.
    std::array<uint64_t, kBoundsMicros.size() + 1> durations{};
    uint64_t sum_micros = 0;
  };
  // Not of one moment, where calls end meanwhile; no number ever goes down.
  Totals Read() const;

 private:
  struct alignas(64) Place {
    std::atomic<uint64_t> started = 0;
    std::array<std::atomic<uint64_t>, kCodes> handled{};
    std::array<std::atomic<uint64_t>, kBoundsMicros.size() + 1> durations{};
    std::atomic<uint64_t> sum_micros = 0;
  };
  Place& Mine();

  std::array<Place, 8> places_;
};

}  // namespace keyward::telemetry

#endif  // KEYWARD_SERVER_TELEMETRY_CALL_COUNTERS_H_
