#ifndef KEYWARD_SERVER_RPC_ADMISSION_H_
#define KEYWARD_SERVER_RPC_ADMISSION_H_

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"

namespace keyward::rpc {

// Counts the calls in flight and the bytes of their requests, and turns away those that are too
// many, too much, or come during a drain. Thread-safe.
class Admission {
 public:
  // A smaller request is not counted by its size: what all of those hold is bounded by their
  // number.
  static constexpr size_t kLargeBytes = 16 * 1024;

  Admission(int64_t max_in_flight, int64_t max_bytes)
      : max_in_flight_(max_in_flight), max_bytes_(max_bytes) {}

  // OK, errors::Overloaded or errors::Draining. The call counts until Leave, refused or not.
  absl::Status Enter(size_t request_bytes);
  // With what Enter was given.
  void Leave(size_t request_bytes);

  void StartDraining() { draining_ = true; }

  // Never too few: what ended meanwhile may still be in it.
  int64_t in_flight() const {
    const int64_t left = left_;
    return entered_ - left;
  }
  // How many calls have come since the start.
  int64_t arrivals() const { return entered_; }

 private:
  const int64_t max_in_flight_;
  const int64_t max_bytes_;
  // Calls since the start. Two counters, since each change of a shared number costs the other
  // threads.
  std::atomic<int64_t> entered_ = 0;
  std::atomic<int64_t> left_ = 0;
  std::atomic<int64_t> large_bytes_ = 0;
  std::atomic<bool> draining_ = false;
};

}  // namespace keyward::rpc

#endif  // KEYWARD_SERVER_RPC_ADMISSION_H_
