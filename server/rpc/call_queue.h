#ifndef KEYWARD_SERVER_RPC_CALL_QUEUE_H_
#define KEYWARD_SERVER_RPC_CALL_QUEUE_H_

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <functional>
#include <memory>
#include <semaphore>
#include <thread>
#include <vector>

namespace keyward::rpc {

// What a completion queue reports to: the tag of an operation.
class Event {
 public:
  virtual ~Event() = default;
  // Called on the queue's thread; `ok` as gRPC defines it for the operation.
  virtual void Proceed(bool ok) = 0;
};

// A completion queue, the thread that serves it, and the call slots that live on it.
//
// Each operation of a slot holds the queue open (Opened) until its slot lets go (Closed). Once the server
// is shut down no slot gets another call, and when the last has let go the queue can end.
class CallQueue {
 public:
  explicit CallQueue(std::unique_ptr<grpc::ServerCompletionQueue> queue);
  CallQueue(const CallQueue&) = delete;
  CallQueue& operator=(const CallQueue&) = delete;
  // Where it was started, it must have been joined.
  ~CallQueue();

  grpc::ServerCompletionQueue* get() { return queue_.get(); }

  // `arm` posts the first slots, on this thread, before the queue's own runs.
  void Start(const std::vector<std::function<void(CallQueue&)>>& arm);
  // Waits until no slot holds the queue, and ends it. The server must be shut down. False where a slot
  // still waits for its answer at the deadline: then the queue goes on, and must not be destroyed.
  bool JoinUntil(std::chrono::system_clock::time_point deadline);

  // Runs `task` on the queue's thread. From any thread, while the server is not shut down.
  void Post(std::function<void()> task);

  // Whether this is the queue's thread.
  bool OnItsThread() const;

  // On the queue's thread, or before it runs.
  void Opened() { ++open_; }
  void Closed();

 private:
  void Run();

  const std::unique_ptr<grpc::ServerCompletionQueue> queue_;
  int open_ = 0;  // slots that hold it; the queue's thread alone uses it
  std::binary_semaphore all_closed_{0};
  bool started_ = false;
  std::thread thread_;
};

}  // namespace keyward::rpc

#endif  // KEYWARD_SERVER_RPC_CALL_QUEUE_H_
