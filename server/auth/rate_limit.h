#ifndef KEYWARD_SERVER_AUTH_RATE_LIMIT_H_
#define KEYWARD_SERVER_AUTH_RATE_LIMIT_H_

#include <cstdint>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "server/sync/mutex.h"

namespace keyward::auth {

// What one principal may ask for.
struct RateLimit {
  // 0: as many as it likes.
  double calls_per_second = 0;
  // How many may come at once after a pause; at least 1 where there is a rate.
  double burst = 0;
  // How many may be under way; 0: as many as it likes.
  uint32_t calls_at_once = 0;

  friend bool operator==(const RateLimit&, const RateLimit&) = default;
};

// Holds one principal to its limit: a token bucket, and a count of its calls under way.
// Thread-safe, and never waits.
class RateLimiter {
 public:
  // Begins with a full bucket.
  explicit RateLimiter(const RateLimit& limit);

  RateLimiter(const RateLimiter&) = delete;
  RateLimiter& operator=(const RateLimiter&) = delete;

  // Counts a call of so many items (1 unless it is a batch), which must Leave() when it is over; or
  // errors::RateLimited, and then it has not been counted. Of a batch of more items than `burst`,
  // the excess is lent: it comes off what the principal may do afterwards. `now`: nanoseconds of a
  // clock that never goes back, the same one for all calls.
  absl::Status Enter(int64_t items, int64_t now);
  void Leave();

  // Holds from now on, for the calls under way too. What has been used up stays used up.
  void Change(const RateLimit& limit);

  // Whether a new limiter would say just the same: the bucket is full and no call is under way.
  bool IsFresh(int64_t now) const;

 private:
  double TokensAt(int64_t now) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mutable sync::Mutex mutex_;
  RateLimit limit_ ABSL_GUARDED_BY(mutex_);
  // Below zero where a batch was lent some.
  double tokens_ ABSL_GUARDED_BY(mutex_);
  // The moment that tokens_ is of.
  int64_t counted_at_ ABSL_GUARDED_BY(mutex_) = 0;
  uint32_t under_way_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace keyward::auth

#endif  // KEYWARD_SERVER_AUTH_RATE_LIMIT_H_
