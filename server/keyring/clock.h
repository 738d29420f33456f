#ifndef KEYWARD_SERVER_KEYRING_CLOCK_H_
#define KEYWARD_SERVER_KEYRING_CLOCK_H_

#include <stop_token>

#include "absl/time/time.h"

namespace keyward::keyring {

// Time, so that tests can move it. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  // The time of day; it may jump.
  virtual absl::Time Now() const = 0;
  // Since some fixed moment; it never goes back.
  virtual absl::Duration Monotonic() const = 0;
  // Returns once `time` has passed, or a stop is requested.
  virtual void Wait(absl::Duration time, const std::stop_token& stop) const = 0;
};

const Clock& SystemClock();

}  // namespace keyward::keyring

#endif  // KEYWARD_SERVER_KEYRING_CLOCK_H_
