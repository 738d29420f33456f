#include "bench/idle.h"

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "bench/clock.h"

namespace keyward::bench {
namespace {

// Calls one target once in a while.
class IdleCaller {
 public:
  IdleCaller(const Client& client, const WorkloadOptions& options)
      : client_(client),
        workload_(MakeWorkload(options, LaneOfRun{}, nullptr, client.target().kind)) {}
  ~IdleCaller() {
    queue_.Shutdown();
    void* tag = nullptr;
    bool ok = false;
    while (queue_.Next(&tag, &ok)) {
    }
  }
  IdleCaller(const IdleCaller&) = delete;
  IdleCaller& operator=(const IdleCaller&) = delete;

  absl::Status Call(Measured& measured) {
    grpc::ByteBuffer request;
    const auto operation = workload_->Next(request);
    void* tag = nullptr;
    bool ok = false;
    const Time start = Clock::now();
    slot_.Start(client_.connection(), operation->method, request, queue_);
    queue_.Next(&tag, &ok);
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - start);
    if (!slot_.status().ok() || !workload_->Accepts(*operation, slot_.response())) {
      return absl::FailedPreconditionError(
          absl::StrCat(client_.target().name, ": a call failed: ", slot_.status().error_message()));
    }
    ++measured.calls;
    ++measured.values;
    ++measured.codes[grpc::OK];
    measured.ok.Record(static_cast<uint64_t>(took.count()));
    return absl::OkStatus();
  }

 private:
  const Client& client_;
  const std::unique_ptr<Workload> workload_;
  grpc::CompletionQueue queue_;
  CallSlot slot_;
};

}  // namespace

absl::StatusOr<std::vector<Round>> MeasureIdle(const std::vector<const Client*>& clients,
                                               const IdleOptions& options) {
  std::vector<std::unique_ptr<IdleCaller>> callers;
  for (const Client* client : clients) {
    callers.push_back(std::make_unique<IdleCaller>(*client, options.workload));
  }
  std::vector<Round> rounds(clients.size());
  const Clock::duration step =
      Seconds(options.interval_seconds / static_cast<double>(clients.size()));
  Time due = Clock::now() + Seconds(options.interval_seconds);
  for (int i = 0; i < options.count; ++i) {
    for (size_t target = 0; target < callers.size(); ++target, due += step) {
      std::this_thread::sleep_until(due);
      const absl::Status called = callers[target]->Call(rounds[target].measured);
      if (!called.ok()) return called;
    }
  }
  for (Round& round : rounds) round.seconds = options.interval_seconds * options.count;
  return rounds;
}

}  // namespace keyward::bench
