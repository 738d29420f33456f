#ifndef KEYWARD_SERVER_RPC_CALL_POOL_H_
#define KEYWARD_SERVER_RPC_CALL_POOL_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "server/rpc/call_queue.h"

namespace keyward::rpc {

// The slots of one method on one queue. `ready` of them wait for a call at any time, as long as not
// more than `max` are in use: memory is bounded however many calls come. Used by whoever holds the
// queue.
//
// Call has Arm(), which asks gRPC for a call, and a constructor that `make` hides.
template <typename Call>
class CallPool {
 public:
  using Make = std::function<std::unique_ptr<Call>(CallPool&)>;

  CallPool(CallQueue& queue, size_t ready, size_t max, Make make)
      : queue_(queue), ready_wanted_(ready), max_(max), make_(std::move(make)) {}

  void Start() {
    while (ready_ < ready_wanted_) ArmOne();
  }

  grpc::ServerCompletionQueue* queue() { return queue_.get(); }
  bool IsHeld() const { return queue_.IsHeld(); }

  // Slots that have a call.
  size_t in_use() const { return calls_.size() - spare_.size() - ready_; }
  // For each slot that ever was, in use or not.
  void ForEach(const std::function<void(Call&)>& visit) {
    for (const auto& call : calls_) visit(*call);
  }

  // A slot got a call: another takes its place among those ready, unless all are in use.
  void Taken() {
    --ready_;
    if (!spare_.empty() || calls_.size() < max_) ArmOne();
  }

  // A slot has ended its call.
  void Done(Call& call) {
    spare_.push_back(&call);
    if (ready_ < ready_wanted_) ArmOne();
    queue_.Closed();
  }

  // The server gives a slot no more calls.
  void Retire(Call&) {
    --ready_;
    queue_.Closed();
  }

 private:
  void ArmOne() {
    if (spare_.empty()) {
      calls_.push_back(make_(*this));
      spare_.push_back(calls_.back().get());
    }
    Call* call = spare_.back();
    spare_.pop_back();
    ++ready_;
    queue_.Opened();
    call->Arm();
  }

  CallQueue& queue_;
  const size_t ready_wanted_;
  const size_t max_;
  const Make make_;
  std::vector<std::unique_ptr<Call>> calls_;
  std::vector<Call*> spare_;
  size_t ready_ = 0;
};

}  // namespace keyward::rpc

#endif  // KEYWARD_SERVER_RPC_CALL_POOL_H_
