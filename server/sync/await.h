#ifndef KEYWARD_SERVER_SYNC_AWAIT_H_
#define KEYWARD_SERVER_SYNC_AWAIT_H_

#include <memory>
#include <optional>
#include <utility>

#include "server/sync/mutex.h"

namespace keyward::sync {

// Starts an asynchronous call, whose callback takes a T, and waits for its answer. Never on a
// thread that the call needs.
template <typename T, typename Start>
T Await(const Start& start) {
  struct Answer {
    Mutex mutex;
    CondVar given;
    std::optional<T> value;
  };
  // Shared: who waits may be gone before the callback has returned.
  const auto answer = std::make_shared<Answer>();
  start([answer](T value) {
    const MutexLock lock(answer->mutex);
    answer->value.emplace(std::move(value));
    answer->given.NotifyOne();
  });
  const MutexLock lock(answer->mutex);
  while (!answer->value) answer->given.Wait(answer->mutex);
  return *std::move(answer->value);
}

}  // namespace keyward::sync

#endif  // KEYWARD_SERVER_SYNC_AWAIT_H_
