#include "server/rpc/call_queue.h"

#include <grpcpp/generic/async_generic_service.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <thread>
#include <type_traits>

namespace keyward::rpc {
namespace {

// A queue that runs from construction to destruction, of a server that nobody calls.
class CallQueueTest : public ::testing::Test {
 protected:
  CallQueueTest() {
    grpc::ServerBuilder builder;
    builder.RegisterAsyncGenericService(&service_);
    queue_ = std::make_unique<CallQueue>(builder.AddCompletionQueue());
    server_ = builder.BuildAndStart();
    queue_->Start({[](CallQueue& queue) { queue.Opened(); }});
  }
  ~CallQueueTest() override {
    Run([this] { return queue_->Closed(), true; }).get();
    server_->Shutdown();
    EXPECT_TRUE(queue_->JoinUntil(std::chrono::system_clock::now() + std::chrono::minutes(1)));
  }

  // What `task` will return.
  template <typename Task>
  std::future<std::invoke_result_t<Task>> Run(Task task) {
    auto result = std::make_shared<std::promise<std::invoke_result_t<Task>>>();
    queue_->Post([result, task] { result->set_value(task()); });
    return result->get_future();
  }

  grpc::AsyncGenericService service_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<CallQueue> queue_;
};

TEST_F(CallQueueTest, IsHeldByWhoeverRunsATask) {
  EXPECT_FALSE(queue_->IsHeld());
  EXPECT_TRUE(Run([this] { return queue_->IsHeld(); }).get());
}

TEST_F(CallQueueTest, HasASecondThreadServeOneTaskAtATimeWhileTheFirstIsAway) {
  std::atomic<bool> is_held = false;
  const auto thread_of_task = [&] {
    EXPECT_FALSE(is_held.exchange(true)) << "two at a time";
    for (int i = 0; i < 100; ++i) std::this_thread::yield();
    is_held = false;
    return std::this_thread::get_id();
  };
  const std::thread::id first = Run(thread_of_task).get();
  std::thread::id other = first;
  for (int time = 0; time < 10'000 && other == first; ++time) {
    // Whoever has one task is away from the next.
    auto next = Run([&] {
                  auto queued = std::make_shared<std::future<std::thread::id>>(Run(thread_of_task));
                  queue_->LookAfter();
                  queue_->LookAfter();
                  thread_of_task();
                  return queued;
                }).get();
    other = next->get();
  }
  EXPECT_NE(other, first);
}

}  // namespace
}  // namespace keyward::rpc
