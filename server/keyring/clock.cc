#include "server/keyring/clock.h"

#include <chrono>

#include "absl/time/clock.h"
#include "server/sync/wait_for.h"

namespace keyward::keyring {
namespace {

class RealClock : public Clock {
 public:
  absl::Time Now() const override { return absl::Now(); }
  absl::Duration Monotonic() const override {
    return absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch());
  }
  void Wait(absl::Duration time, const std::stop_token& stop) const override {
    sync::WaitFor(absl::ToChronoNanoseconds(time), stop);
  }
};

}  // namespace

const Clock& SystemClock() {
  static const RealClock clock;
  return clock;
}

}  // namespace keyward::keyring
