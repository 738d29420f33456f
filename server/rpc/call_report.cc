#include "server/rpc/call_report.h"

#include <chrono>

#include "server/errors/errors.h"

namespace keyward::rpc {

void CallReport::Begin(const grpc::ServerContext& context) {
  came_.Note();
  trace_.Take(context);
  calls_.Started();
}

void CallReport::Complete(absl::Span<audit::Event> events, const Caller& caller,
                          const absl::Status& status) {
  if (!status.ok()) trace_.NameRequest();
  const int64_t time_us = came_.unix_us();
  const int64_t latency_us = came_.MicrosSince();
  for (audit::Event& event : events) {
    event.time_us = time_us;
    event.principal = caller.principal.text();
    event.peer = caller.peer;
    event.method = method_;
    if (trace_.parent()) {
      event.trace_id = trace_.parent()->trace_id;
      event.parent_id = trace_.parent()->parent_id;
    }
    event.request_id = trace_.request_id();
    event.latency_us = latency_us;
  }
}

void CallReport::Answer(const absl::Status& status, grpc::ServerContext& context) {
  const int64_t latency_us = came_.MicrosSince();
  calls_.Handled(status.raw_code(), latency_us);
  if (!status.ok()) Fail(status, latency_us);
  AddSpan(status, latency_us);
  trace_.AddTo(context);
}

void CallReport::Fail(const absl::Status& status, int64_t latency_us) {
  trace_.NameRequest();
  gate_.log.Failed(method_, status, trace_, latency_us);
  if (gate_.refusals != nullptr) gate_.refusals->Count(errors::Reason(status));
}

void CallReport::AddSpan(const absl::Status& status, int64_t latency_us) const {
  if (gate_.spans == nullptr || !trace_.parent() || !trace_.parent()->is_sampled) return;
  gate_.spans->Add({.parent = *trace_.parent(),
                    .service = service_,
                    .method = method_,
                    .start = came_.at(),
                    .duration = std::chrono::microseconds(latency_us),
                    .grpc_code = status.raw_code(),
                    .reason = errors::Reason(status),
                    .request_id = trace_.request_id()});
}

}  // namespace keyward::rpc
