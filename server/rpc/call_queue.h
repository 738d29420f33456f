#ifndef KEYWARD_SERVER_RPC_CALL_QUEUE_H_
#define KEYWARD_SERVER_RPC_CALL_QUEUE_H_

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <semaphore>
#include <thread>
#include <vector>

#include "server/sync/mutex.h"

namespace keyward::rpc {

// What a completion queue reports to: the tag of an operation.
class Event {
 public:
  virtual ~Event() = default;
  // Called by the thread that holds the queue; `ok` as gRPC defines it for the operation. Events of
  // one slot may come in another order than gRPC put them into the queue.
  virtual void Proceed(bool ok) = 0;
};

// A completion queue, the threads that serve it, and the call slots that live on it.
//
// While a thread asks for the next event, gRPC has it read from connections, any of them, and for
// as long as something comes: one who sends without end keeps it away from all others' calls. A
// second thread then works off what has come meanwhile. Whoever works off an event holds the queue,
// so nothing that lives on it needs a lock of its own.
//
// Each operation of a slot holds the queue open (Opened) until its slot lets go (Closed). Once the
// server is shut down no slot gets another call, and when the last has let go the queue can end.
class CallQueue {
 public:
  explicit CallQueue(std::unique_ptr<grpc::ServerCompletionQueue> queue);
  CallQueue(const CallQueue&) = delete;
  CallQueue& operator=(const CallQueue&) = delete;
  // Where it was started, it must have been joined.
  ~CallQueue();

  grpc::ServerCompletionQueue* get() { return queue_.get(); }

  // `arm` posts the first slots, on this thread, before the queue's own run.
  void Start(const std::vector<std::function<void(CallQueue&)>>& arm);
  // Waits until no slot holds the queue, and ends it. The server must be shut down. False where a
  // slot still waits for its answer at the deadline: then the queue goes on, and must not be
  // destroyed.
  bool JoinUntil(std::chrono::system_clock::time_point deadline);

  // Runs `task` on a thread that holds the queue. From any thread, while the server is not shut
  // down.
  void Post(std::function<void()> task);

  // Has the second thread work off what there is, if the first has not come for an event since the
  // last look. By one thread, every few milliseconds, from Start until it is joined.
  void LookAfter();

  // Whether this thread holds the queue.
  bool IsHeld() const;

  // By whoever holds the queue, or before it runs.
  void Opened() { ++open_; }
  void Closed();

 private:
  void Serve();
  void StandIn();
  void Handle(void* tag, bool ok);

  const std::unique_ptr<grpc::ServerCompletionQueue> queue_;
  sync::Mutex turn_;  // held while an event is worked off
  int open_ = 0;      // slots that hold it open
  std::binary_semaphore all_closed_{0};
  std::atomic<int64_t> events_ = 0;  // that the first thread has come for
  int64_t events_seen_ = 0;          // by LookAfter
  std::counting_semaphore<> needed_{0};
  std::atomic<bool> ended_ = false;
  std::thread thread_;
  std::thread second_;
};

}  // namespace keyward::rpc

#endif  // KEYWARD_SERVER_RPC_CALL_QUEUE_H_
