#ifndef KEYWARD_SERVER_STORE_WORK_QUEUE_H_
#define KEYWARD_SERVER_STORE_WORK_QUEUE_H_

#include <deque>
#include <iterator>
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

  // Waits for an item, then takes all there are; empty once the queue is closed and empty.
  std::vector<T> TakeAll() {
    sync::MutexLock lock(mutex_);
    WaitForItem();
    std::vector<T> all(std::make_move_iterator(items_.begin()),
                       std::make_move_iterator(items_.end()));
    items_.clear();
    return all;
  }

 private:
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
