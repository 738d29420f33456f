#include "server/auth/rate_limit.h"

#include <algorithm>
#include <cmath>

#include "absl/time/time.h"
#include "server/errors/errors.h"

namespace keyward::auth {
namespace {

constexpr double kNanosPerSecond = 1e9;
// When another call may have ended nobody knows.
constexpr absl::Duration kAfterAnotherCall = absl::Milliseconds(100);

// In whole milliseconds, which is what callers are told, and upwards: who waits so long is let in.
absl::Duration TimeToEarn(double tokens, double per_second) {
  return absl::Milliseconds(static_cast<int64_t>(std::ceil(tokens / per_second * 1000)));
}

}  // namespace

RateLimiter::RateLimiter(const RateLimit& limit) : limit_(limit), tokens_(limit.burst) {}

double RateLimiter::TokensAt(int64_t now) const {
  const double seconds =
      static_cast<double>(std::max<int64_t>(now - counted_at_, 0)) / kNanosPerSecond;
  return std::min(limit_.burst, tokens_ + seconds * limit_.calls_per_second);
}

absl::Status RateLimiter::Enter(int64_t items, int64_t now) {
  const sync::MutexLock lock(mutex_);
  if (limit_.calls_at_once > 0 && under_way_ >= limit_.calls_at_once) {
    return errors::RateLimited("the caller has too many calls under way", kAfterAnotherCall);
  }
  if (limit_.calls_per_second > 0) {
    const double cost = static_cast<double>(items);
    const double tokens = TokensAt(now);
    const double needed = std::min(cost, limit_.burst);
    if (tokens < needed) {
      return errors::RateLimited("the caller makes too many calls a second",
                                 TimeToEarn(needed - tokens, limit_.calls_per_second));
    }
    tokens_ = tokens - cost;
    counted_at_ = std::max(now, counted_at_);
  }
  ++under_way_;
  return absl::OkStatus();
}

void RateLimiter::Leave() {
  const sync::MutexLock lock(mutex_);
  --under_way_;
}

void RateLimiter::Change(const RateLimit& limit) {
  const sync::MutexLock lock(mutex_);
  // A bucket that grows, or that was not there before, begins with what is missing from none.
  tokens_ += limit.burst - limit_.burst;
  limit_ = limit;
}

bool RateLimiter::IsFresh(int64_t now) const {
  const sync::MutexLock lock(mutex_);
  return under_way_ == 0 && TokensAt(now) >= limit_.burst;
}

}  // namespace keyward::auth
