#ifndef KEYWARD_SERVER_SYNC_WAIT_FOR_H_
#define KEYWARD_SERVER_SYNC_WAIT_FOR_H_

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>

namespace keyward::sync {

// Returns once `time` has passed, or a stop is requested.
inline void WaitFor(std::chrono::nanoseconds time, const std::stop_token& stop) {
  // For the timed wait alone: the token wakes it.
  std::mutex mutex;
  std::condition_variable_any stopped;
  std::unique_lock<std::mutex> lock(mutex);
  stopped.wait_for(lock, stop, time, [&] { return stop.stop_requested(); });
}

}  // namespace keyward::sync

#endif  // KEYWARD_SERVER_SYNC_WAIT_FOR_H_
