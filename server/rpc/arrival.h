#ifndef KEYWARD_SERVER_RPC_ARRIVAL_H_
#define KEYWARD_SERVER_RPC_ARRIVAL_H_

#include <chrono>
#include <cstdint>

namespace keyward::rpc {

// When a call came. One look at the clock; the time of day is asked for where it is told.
class Arrival {
 public:
  void Note() { at_ = std::chrono::steady_clock::now(); }

  // Of a clock that never goes back.
  std::chrono::steady_clock::time_point at() const { return at_; }
  int64_t monotonic_ns() const { return At<std::chrono::nanoseconds>(at_.time_since_epoch()); }
  int64_t MicrosSince() const {
    return At<std::chrono::microseconds>(std::chrono::steady_clock::now() - at_);
  }
  // Since 1970, UTC.
  int64_t unix_us() const {
    return At<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch()) -
           MicrosSince();
  }

 private:
  template <typename Unit, typename Duration>
  static int64_t At(Duration duration) {
    return std::chrono::duration_cast<Unit>(duration).count();
  }

  std::chrono::steady_clock::time_point at_;
};

}  // namespace keyward::rpc

#endif  // KEYWARD_SERVER_RPC_ARRIVAL_H_
