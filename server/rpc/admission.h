#ifndef KEYWARD_SERVER_RPC_ADMISSION_H_
#define KEYWARD_SERVER_RPC_ADMISSION_H_

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"

namespace keyward::rpc {

// Counts the calls in flight and the bytes of their requests, and turns away those that are too many, too
// much, or come during a drain. Thread-safe.
class Admission {
 public:
  Admission(int64_t max_in_flight, int64_t max_bytes)
      : max_in_flight_(max_in_flight), max_bytes_(max_bytes) {}

  // OK, errors::Overloaded or errors::Draining. The call counts until Leave, refused or not.
  absl::Status Enter(size_t request_bytes);
  // With what Enter was given.
  void Leave(size_t request_bytes);

  void StartDraining() { draining_ = true; }

  int64_t in_flight() const { return in_flight_; }
  // How many calls have come since the start.
  uint64_t arrivals() const { return arrivals_; }

 private:
  const int64_t max_in_flight_;
  const int64_t max_bytes_;
  std::atomic<int64_t> in_flight_ = 0;
  std::atomic<int64_t> bytes_ = 0;
  std::atomic<uint64_t> arrivals_ = 0;
  std::atomic<bool> draining_ = false;
};

}  // namespace keyward::rpc

#endif  // KEYWARD_SERVER_RPC_ADMISSION_H_
