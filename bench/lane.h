#ifndef KEYWARD_BENCH_LANE_H_
#define KEYWARD_BENCH_LANE_H_

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "bench/call_ring.h"
#include "bench/connection.h"
#include "bench/measured.h"
#include "bench/pacing.h"
#include "bench/workload.h"

namespace keyward::bench {

// How a lane sends.
struct Drive {
  size_t in_flight = 64;  // calls under way at most
  double rate = 0;        // calls per second; 0: as many as in_flight lets through (closed loop)
  Spacing spacing = Spacing::kPoisson;
  // Refusals (RESOURCE_EXHAUSTED) are counted; without this they end the run, as every other error
  // does.
  bool refusals_allowed = false;
  uint64_t seed = 0;
};

// One completion queue with connections of its own: a share of the load, on its own thread. For one
// run at a time.
class Lane {
 public:
  explicit Lane(std::vector<std::unique_ptr<Connection>> connections);
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;
  ~Lane();

  const Connection& connection() const { return *connections_.front(); }

  // Sends from now to the window's end, or to the workload's, and returns once every call has
  // ended.
  Measured Run(Workload& workload, const Drive& drive, const Window& window);

 private:
  struct Call : CallSlot {
    const Connection* connection = nullptr;
    grpc::ByteBuffer request;
    Operation operation;
    Time due;
  };
  // What one Run is about.
  struct Job {
    Workload& workload;
    const Drive& drive;
    const Window window;
    Measured measured;
    std::atomic<uint64_t> sent{0};
    std::atomic<bool> sender_runs{false};  // the open loop's; once it ends, `sent` is final
    std::atomic<bool> stop{false};         // there was a problem
    uint64_t ended = 0;
    uint64_t missed = 0;  // the sender's, until it has ended
  };

  // Makes slots, so that there are `count`.
  void Reserve(size_t count);
  // False where the workload is at its end.
  bool Send(Job& job, Call& call, Time due);
  // The open loop's sender, on a thread of its own: a queue's wait is not exact enough.
  void SendOnSchedule(Job& job, CallRing<Call>& free);
  // Gives each ended call to `ended`, until none is under way and no sender runs.
  template <typename Ended>
  void TakeEnded(Job& job, Ended ended);
  void Count(Job& job, Call& call, Time now);
  void Stop(Job& job, std::string problem);
  void GiveUp(Job& job);
  void Closed(Job& job);
  void Open(Job& job);

  const std::vector<std::unique_ptr<Connection>> connections_;
  grpc::CompletionQueue queue_;
  std::vector<std::unique_ptr<Call>> calls_;
};

}  // namespace keyward::bench

#endif  // KEYWARD_BENCH_LANE_H_
