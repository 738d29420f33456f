#ifndef KEYWARD_SERVER_STORE_WORK_QUEUE_H_
#define KEYWARD_SERVER_STORE_WORK_QUEUE_H_

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <deque>
#include <iterator>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "server/sync/mutex.h"

namespace keyward::store {

// An unbounded queue between callers and a store's threads: how many calls may wait is the RPC
// layer's limit. Thread-safe. A closed queue still hands out what it holds, and what is pushed
// meanwhile.
template <typename T>
class WorkQueue {
 public:
  void Push(T item) {
    {
      sync::MutexLock lock(mutex_);
      items_.push_back(std::move(item));
    }
    changed_.NotifyOne();
  }

  void Close() {
    {
      sync::MutexLock lock(mutex_);
      closed_ = true;
    }
    changed_.NotifyAll();
  }

  // Waits for an item; nullopt once the queue is closed and empty.
  std::optional<T> Take() {
    sync::MutexLock lock(mutex_);
    WaitForItem();
    if (items_.empty()) return std::nullopt;
    T item = std::move(items_.front());
    items_.pop_front();
    return item;
  }

  // Waits for an item, then takes all there are, or the first `max` of them; empty once the queue
  // is closed and empty.
  std::vector<T> TakeAll(size_t max = std::numeric_limits<size_t>::max()) {
    sync::MutexLock lock(mutex_);
    WaitForItem();
    return TakeFirst(max);
  }

  // The same, but waits no longer than `time`; empty where nothing came.
  std::vector<T> TakeAllWithin(std::chrono::nanoseconds time) {
    sync::MutexLock lock(mutex_);
    if (items_.empty() && !closed_) changed_.WaitFor(mutex_, time);
    return TakeFirst(items_.size());
  }

 private:
  std::vector<T> TakeFirst(size_t max) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    const auto end = items_.begin() + static_cast<std::ptrdiff_t>(std::min(max, items_.size()));
    std::vector<T> taken(std::make_move_iterator(items_.begin()), std::make_move_iterator(end));
    items_.erase(items_.begin(), end);
    return taken;
  }
  void WaitForItem() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    while (items_.empty() && !closed_) changed_.Wait(mutex_);
  }

  sync::Mutex mutex_;
  sync::CondVar changed_;
  std::deque<T> items_ ABSL_GUARDED_BY(mutex_);
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace keyward::store

#endif  // KEYWARD_SERVER_STORE_WORK_QUEUE_H_
