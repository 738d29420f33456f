#ifndef KEYWARD_SERVER_RPC_CALL_REPORT_H_
#define KEYWARD_SERVER_RPC_CALL_REPORT_H_

#include <grpcpp/grpcpp.h>

#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "server/audit/event.h"
#include "server/rpc/arrival.h"
#include "server/rpc/call_trace.h"
#include "server/rpc/caller.h"
#include "server/rpc/gate.h"
#include "server/telemetry/call_counters.h"

namespace keyward::rpc {

// What is told of a call that is served: to the audit log, in counters, in the log, to the trace of
// its caller, and to the caller by the request id. One for each slot, which serves call after call.
class CallReport {
 public:
  // All must outlive it.
  CallReport(std::string_view service, std::string_view method, telemetry::CallCounters& calls,
             const Gate& gate)
      : service_(service), method_(method), calls_(calls), gate_(gate) {}

  // A call has come. Parts of `context` are looked at until Clear().
  void Begin(const grpc::ServerContext& context);
  void Clear() { trace_.Clear(); }

  // Completes the events of a call that will be answered with `status`.
  void Complete(absl::Span<audit::Event> events, const Caller& caller, const absl::Status& status);
  // Tells that it is answered with `status`, but the audit log; `context` gets the request id.
  void Answer(const absl::Status& status, grpc::ServerContext& context);

  // When it came, by a clock that never goes back.
  int64_t monotonic_ns() const { return came_.monotonic_ns(); }

 private:
  void Fail(const absl::Status& status, int64_t latency_us);
  // For a caller who records its part of the trace.
  void AddSpan(const absl::Status& status, int64_t latency_us) const;

  const std::string_view service_;
  const std::string_view method_;
  telemetry::CallCounters& calls_;
  const Gate& gate_;
  Arrival came_;
  CallTrace trace_;
};

}  // namespace keyward::rpc

#endif  // KEYWARD_SERVER_RPC_CALL_REPORT_H_
