#ifndef KEYWARD_SERVER_STORE_TASK_THREAD_H_
#define KEYWARD_SERVER_STORE_TASK_THREAD_H_

#include <thread>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "server/store/work_queue.h"

namespace keyward::store {

// A thread that runs tasks in the order in which they came. Thread-safe. The destructor returns
// after the last task ran, those included that tasks themselves have added.
class TaskThread {
 public:
  using Task = absl::AnyInvocable<void()>;

  TaskThread();
  ~TaskThread();

  TaskThread(const TaskThread&) = delete;
  TaskThread& operator=(const TaskThread&) = delete;

  void Run(Task task) { tasks_.Push(std::move(task)); }

 private:
  WorkQueue<Task> tasks_;
  std::thread thread_;
};

}  // namespace keyward::store

#endif  // KEYWARD_SERVER_STORE_TASK_THREAD_H_
