// The time of day, which jumps as the plan says: for who asks for it, and for waits until such a
// time, so that they last as long as the caller meant. The monotonic clock never jumps.

#include <linux/futex.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <cstdarg>
#include <cstdint>

#include "tests/faults/plan.h"
#include "tests/faults/real_call.h"

namespace keyward::faults {
namespace {

constexpr int64_t kNanosInSecond = 1'000'000'000;

int64_t Offset() {
  const Plan* plan = CurrentPlan();
  return plan == nullptr ? 0 : plan->clock_offset_ns;
}

timespec Shifted(const timespec& time, int64_t nanos) {
  const int64_t all = time.tv_sec * kNanosInSecond + time.tv_nsec + nanos;
  return {all / kNanosInSecond, all % kNanosInSecond};
}

bool WaitsUntilTimeOfDay(int operation) {
  return (operation & FUTEX_CLOCK_REALTIME) != 0 &&
         (operation & FUTEX_CMD_MASK) == FUTEX_WAIT_BITSET;
}

}  // namespace
}  // namespace keyward::faults

using namespace keyward::faults;

extern "C" {

int clock_gettime(clockid_t clock, timespec* time) noexcept {
  static auto* const real = RealCall<int(clockid_t, timespec*)>("clock_gettime");
  const int result = real(clock, time);
  const bool is_time_of_day = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE;
  if (result == 0 && is_time_of_day) *time = Shifted(*time, Offset());
  return result;
}

int gettimeofday(timeval* time, void*) noexcept {
  timespec now = {};
  clock_gettime(CLOCK_REALTIME, &now);
  *time = {now.tv_sec, now.tv_nsec / 1000};
  return 0;
}

time_t time(time_t* out) noexcept {
  timespec now = {};
  clock_gettime(CLOCK_REALTIME, &now);
  if (out != nullptr) *out = now.tv_sec;
  return now.tv_sec;
}

// Abseil waits by this.
long syscall(long number, ...) noexcept {
  static auto* const real = RealCall<long(long, ...)>("syscall");
  va_list list;
  va_start(list, number);
  long arguments[6];
  for (long& argument : arguments) argument = va_arg(list, long);
  va_end(list);
  timespec shifted = {};
  if (number == SYS_futex && WaitsUntilTimeOfDay(static_cast<int>(arguments[1])) &&
      arguments[3] != 0) {
    shifted = Shifted(*reinterpret_cast<const timespec*>(arguments[3]), -Offset());
    arguments[3] = reinterpret_cast<long>(&shifted);
  }
  return real(number, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4],
              arguments[5]);
}

}  // extern "C"
