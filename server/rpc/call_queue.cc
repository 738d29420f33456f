#include "server/rpc/call_queue.h"

#include <grpcpp/alarm.h>

#include <utility>

namespace keyward::rpc {
namespace {

thread_local const CallQueue* queue_of_this_thread = nullptr;

// A task on its way to a queue's thread, in the form of an alarm that goes off at once.
class PostedTask final : public Event {
 public:
  explicit PostedTask(std::function<void()> task) : task_(std::move(task)) {}

  void SendTo(grpc::CompletionQueue* queue) {
    alarm_.Set(queue, gpr_now(GPR_CLOCK_MONOTONIC), this);
  }

  void Proceed(bool) override {
    task_();
    delete this;
  }

 private:
  const std::function<void()> task_;
  grpc::Alarm alarm_;
};

}  // namespace

CallQueue::CallQueue(std::unique_ptr<grpc::ServerCompletionQueue> queue)
    : queue_(std::move(queue)) {}

CallQueue::~CallQueue() {
  if (started_) return;
  queue_->Shutdown();
  void* tag = nullptr;
  bool ok = false;
  while (queue_->Next(&tag, &ok)) {
  }
}

void CallQueue::Start(const std::vector<std::function<void(CallQueue&)>>& arm) {
  started_ = true;
  for (const auto& each : arm) each(*this);
  thread_ = std::thread([this] { Run(); });
}

void CallQueue::Post(std::function<void()> task) {
  (new PostedTask(std::move(task)))->SendTo(queue_.get());
}

bool CallQueue::JoinUntil(std::chrono::system_clock::time_point deadline) {
  if (!all_closed_.try_acquire_until(deadline)) return false;
  queue_->Shutdown();
  thread_.join();
  return true;
}

void CallQueue::Closed() {
  if (--open_ == 0) all_closed_.release();
}

bool CallQueue::OnItsThread() const { return queue_of_this_thread == this; }

void CallQueue::Run() {
  queue_of_this_thread = this;
  void* tag = nullptr;
  bool ok = false;
  while (queue_->Next(&tag, &ok)) static_cast<Event*>(tag)->Proceed(ok);
}

}  // namespace keyward::rpc
