#include "bench/lane.h"

#include <sys/prctl.h>

#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "bench/status_names.h"

namespace keyward::bench {
namespace {

// How long after the end of a run the last answer may come.
constexpr std::chrono::seconds kPatience{30};
constexpr std::chrono::milliseconds kLook{50};

}  // namespace

Lane::Lane(std::vector<std::unique_ptr<Connection>> connections)
    : connections_(std::move(connections)) {}

Lane::~Lane() {
  calls_.clear();
  queue_.Shutdown();
  void* tag = nullptr;
  bool ok = false;
  while (queue_.Next(&tag, &ok)) {
  }
}

Measured Lane::Run(Workload& workload, const Drive& drive, const Window& window) {
  Reserve(drive.in_flight);
  Job job{.workload = workload, .drive = drive, .window = window};
  if (drive.rate > 0) {
    Open(job);
  } else {
    Closed(job);
  }
  return std::move(job.measured);
}

void Lane::Reserve(size_t count) {
  while (calls_.size() < count) {
    calls_.push_back(std::make_unique<Call>());
    calls_.back()->connection = connections_[calls_.size() % connections_.size()].get();
  }
}

bool Lane::Send(Job& job, Call& call, Time due) {
  const auto operation = job.workload.Next(call.request);
  if (!operation) return false;
  call.operation = *operation;
  call.due = due;
  job.sent.store(job.sent.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  call.Start(*call.connection, operation->method, call.request, queue_);
  return true;
}

void Lane::Stop(Job& job, std::string problem) {
  if (job.measured.problem.empty()) job.measured.problem = std::move(problem);
  job.stop.store(true, std::memory_order_release);
}

void Lane::Count(Job& job, Call& call, Time now) {
  Measured& measured = job.measured;
  const grpc::Status& status = call.status();
  const auto code = static_cast<size_t>(status.error_code());
  const auto micros = static_cast<uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(now - call.due).count());
  const bool ended_now = job.window.Contains(now);
  const bool due_now = job.window.Contains(call.due);
  if (ended_now) ++measured.codes[code];
  if (status.ok()) {
    if (ended_now) ++measured.calls;
    if (ended_now) measured.values += call.operation.values;
    if (due_now) measured.ok.Record(micros);
    if (!job.workload.Accepts(call.operation, call.response())) {
      Stop(job, "an answer is not what it must be");
    }
  } else if (code == grpc::RESOURCE_EXHAUSTED && job.drive.refusals_allowed) {
    if (due_now) measured.refused.Record(micros);
  } else {
    Stop(job, absl::StrCat(std::string(StatusName(code)), ": ", status.error_message()));
  }
}

void Lane::GiveUp(Job& job) {
  Stop(job, "a call had no answer for too long");
  if (job.sender_runs) return;  // it may be starting a call
  for (const auto& call : calls_) call->Cancel();
}

template <typename Ended>
void Lane::TakeEnded(Job& job, Ended ended) {
  void* tag = nullptr;
  bool ok = false;
  Time last_end = Clock::now();
  while (true) {
    // Read in this order: once nobody sends, the number sent is final.
    const bool sender_runs = job.sender_runs.load(std::memory_order_acquire);
    if (!sender_runs && job.ended == job.sent.load(std::memory_order_relaxed)) return;
    const auto next = queue_.AsyncNext(&tag, &ok, std::chrono::system_clock::now() + kLook);
    const Time now = Clock::now();
    if (next == grpc::CompletionQueue::GOT_EVENT) {
      ++job.ended;
      last_end = now;
      ended(static_cast<Call&>(*static_cast<CallSlot*>(tag)), now);
    } else if (job.ended == job.sent.load(std::memory_order_relaxed)) {
      last_end = now;
    } else if (now - last_end > kPatience) {
      GiveUp(job);
    }
  }
}

void Lane::Closed(Job& job) {
  bool more = true;
  for (size_t i = 0; more && i < job.drive.in_flight; ++i) {
    more = Send(job, *calls_[i], Clock::now());
  }
  TakeEnded(job, [&](Call& call, Time now) {
    Count(job, call, now);
    more = more && now < job.window.end && !job.stop && Send(job, call, now);
  });
}

void Lane::Open(Job& job) {
  CallRing<Call> free(calls_.size());
  for (size_t i = 0; i < job.drive.in_flight; ++i) free.Put(calls_[i].get());
  job.sender_runs = true;
  std::thread sender([&] { SendOnSchedule(job, free); });
  TakeEnded(job, [&](Call& call, Time now) {
    Count(job, call, now);
    free.Put(&call);
  });
  sender.join();
  job.measured.missed = job.missed;
}

void Lane::SendOnSchedule(Job& job, CallRing<Call>& free) {
  // The kernel wakes a thread up to 50 us late unless told otherwise.
  prctl(PR_SET_TIMERSLACK, 1000UL);
  Pacing pacing(Clock::now(), job.drive.rate, job.drive.spacing, job.drive.seed);
  for (; pacing.next() < job.window.end && !job.stop; pacing.Advance()) {
    const Time due = pacing.next();
    if (Clock::now() < due) std::this_thread::sleep_until(due);
    Call* call = free.Take();
    if (call != nullptr) {
      if (!Send(job, *call, due)) break;
    } else if (job.window.Contains(due)) {
      ++job.missed;
    }
  }
  job.sender_runs.store(false, std::memory_order_release);
}

}  // namespace keyward::bench
