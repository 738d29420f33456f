#include "server/rpc/call_queue.h"

#include <grpcpp/alarm.h>

#include <utility>

namespace keyward::rpc {
namespace {

thread_local const CallQueue* held_by_this_thread = nullptr;

// A task on its way to a queue's threads, in the form of an alarm that goes off at once.
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
  if (ended_) return;
  queue_->Shutdown();
  void* tag = nullptr;
  bool ok = false;
  while (queue_->Next(&tag, &ok)) {
  }
}

void CallQueue::Start(const std::vector<std::function<void(CallQueue&)>>& arm) {
  for (const auto& each : arm) each(*this);
  thread_ = std::thread([this] { Serve(); });
  second_ = std::thread([this] { StandIn(); });
}

void CallQueue::Post(std::function<void()> task) {
  (new PostedTask(std::move(task)))->SendTo(queue_.get());
}

bool CallQueue::JoinUntil(std::chrono::system_clock::time_point deadline) {
  if (!all_closed_.try_acquire_until(deadline)) return false;
  ended_ = true;
  queue_->Shutdown();
  needed_.release();
  thread_.join();
  second_.join();
  return true;
}

void CallQueue::Closed() {
  if (--open_ == 0) all_closed_.release();
}

bool CallQueue::IsHeld() const { return held_by_this_thread == this; }

void CallQueue::LookAfter() {
  const int64_t events = events_;
  if (events == events_seen_) needed_.release();
  events_seen_ = events;
}

void CallQueue::Serve() {
  void* tag = nullptr;
  bool ok = false;
  while (queue_->Next(&tag, &ok)) {
    events_.fetch_add(1, std::memory_order_relaxed);
    Handle(tag, ok);
  }
}

void CallQueue::StandIn() {
  void* tag = nullptr;
  bool ok = false;
  for (needed_.acquire(); !ended_; needed_.acquire()) {
    while (queue_->AsyncNext(&tag, &ok, std::chrono::system_clock::now()) ==
           grpc::CompletionQueue::GOT_EVENT) {
      Handle(tag, ok);
    }
  }
}

void CallQueue::Handle(void* tag, bool ok) {
  const sync::MutexLock turn(turn_);
  held_by_this_thread = this;
  static_cast<Event*>(tag)->Proceed(ok);
  held_by_this_thread = nullptr;
}

}  // namespace keyward::rpc
