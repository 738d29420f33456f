#include "server/store/task_thread.h"

#include <optional>

namespace keyward::store {

TaskThread::TaskThread()
    : thread_([this] {
        while (std::optional<Task> task = tasks_.Take()) (*task)();
      }) {}

TaskThread::~TaskThread() {
  tasks_.Close();
  thread_.join();
}

}  // namespace keyward::store
