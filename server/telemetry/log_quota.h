#ifndef KEYWARD_SERVER_TELEMETRY_LOG_QUOTA_H_
#define KEYWARD_SERVER_TELEMETRY_LOG_QUOTA_H_

#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>

#include "server/sync/mutex.h"

namespace keyward::telemetry {

// How many lines a second may tell of what callers can bring about at will: a log must not fill a
// disk. Thread-safe.
class LogQuota {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr int kLinesPerSecond = 10;

  // Whether a line may be logged at `now`: how many were left out since the last one; or nothing,
  // and this one is left out.
  std::optional<int64_t> Take(Clock::time_point now) {
    const sync::MutexLock lock(mutex_);
    if (now >= second_ends_) {
      second_ends_ = now + std::chrono::seconds(1);
      lines_ = 0;
    }
    if (lines_ == kLinesPerSecond) {
      ++left_out_;
      return std::nullopt;
    }
    ++lines_;
    return std::exchange(left_out_, 0);
  }

 private:
  sync::Mutex mutex_;
  Clock::time_point second_ends_ ABSL_GUARDED_BY(mutex_);
  int lines_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t left_out_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace keyward::telemetry

#endif  // KEYWARD_SERVER_TELEMETRY_LOG_QUOTA_H_
