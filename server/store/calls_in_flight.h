#ifndef KEYWARD_SERVER_STORE_CALLS_IN_FLIGHT_H_
#define KEYWARD_SERVER_STORE_CALLS_IN_FLIGHT_H_

#include <utility>

#include "server/sync/mutex.h"

namespace keyward::store {

// Counts the calls that a store has taken and not yet answered, so that its destructor can wait for
// them, for those too that callbacks of the last ones make. Thread-safe.
class CallsInFlight {
 public:
  // Counts a call; it ends when the returned callback has run.
  template <typename Callback>
  auto Track(Callback done) {
    {
      sync::MutexLock lock(mutex_);
      ++count_;
    }
    return [this, done = std::move(done)](auto result) mutable {
      done(std::move(result));
      End();
    };
  }

  void WaitForNone() {
    sync::MutexLock lock(mutex_);
    while (count_ > 0) none_.Wait(mutex_);
  }

 private:
  void End() {
    sync::MutexLock lock(mutex_);
    // Under the lock: whoever waits may destroy this object as soon as it is given up.
    if (--count_ == 0) none_.NotifyAll();
  }

  sync::Mutex mutex_;
  sync::CondVar none_;
  int count_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace keyward::store

#endif  // KEYWARD_SERVER_STORE_CALLS_IN_FLIGHT_H_
