#ifndef KEYWARD_CLIENT_CLI_ORDERED_TASKS_H_
#define KEYWARD_CLIENT_CLI_ORDERED_TASKS_H_

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <future>
#include <mutex>
#include <optional>
#include <utility>

namespace keyward::cli {

// Runs tasks side by side, each on a thread of its own, and hands their results on in the order in
// which the tasks were added. One thread adds and another takes.
template <typename Result>
class OrderedTasks {
 public:
  // At most `limit` tasks are running, or done and not taken yet.
  explicit OrderedTasks(std::size_t limit) : limit_(limit) {}

  // Starts a task, once there is room. False, and it was not started, after Stop.
  template <typename Task>
  bool Add(Task task) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return stopped_ || tasks_.size() < limit_; });
    if (stopped_) return false;
    tasks_.push_back(std::async(std::launch::async, std::move(task)));
    changed_.notify_all();
    return true;
  }

  // No more tasks will come.
  void End() {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    changed_.notify_all();
  }

  // Nobody will take results any more.
  void Stop() {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    changed_.notify_all();
  }

  // Waits for the oldest task and gives its result; nullopt where there is none, after End.
  std::optional<Result> Take() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return ended_ || !tasks_.empty(); });
    if (tasks_.empty()) return std::nullopt;
    // It keeps its place while it runs; adding to a deque's end moves no element.
    std::future<Result>& oldest = tasks_.front();
    lock.unlock();
    Result result = oldest.get();
    lock.lock();
    tasks_.pop_front();
    changed_.notify_all();
    return result;
  }

 private:
  const std::size_t limit_;

  std::mutex mutex_;
  std::condition_variable changed_;
  // These are guarded by mutex_.
  std::deque<std::future<Result>> tasks_;
  bool ended_ = false;
  bool stopped_ = false;
};

}  // namespace keyward::cli

#endif  // KEYWARD_CLIENT_CLI_ORDERED_TASKS_H_
