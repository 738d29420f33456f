#ifndef KEYWARD_SERVER_TELEMETRY_SPAN_EXPORTER_H_
#define KEYWARD_SERVER_TELEMETRY_SPAN_EXPORTER_H_

#include <chrono>
#include <cstdint>
#include <string_view>

#include "server/telemetry/metrics.h"
#include "server/telemetry/trace_context.h"

namespace keyward::telemetry {

// A call that was served, as the trace of its caller is to show it. It says nothing of users, and
// holds no message: whoever reads traces need not be allowed to read the audit log.
struct CallSpan {
  TraceContext parent;
  std::string_view service;  // such as keyward.v1.KeyService
  std::string_view method;   // such as Encrypt
  std::chrono::steady_clock::time_point start;
  std::chrono::microseconds duration{};
  int grpc_code = 0;        // 0: OK
  std::string_view reason;  // of an error, as in google.rpc.ErrorInfo; empty where there is none
  std::string_view request_id;  // empty: none
};

// Sends spans to where traces are kept. Thread-safe.
class SpanExporter {
 public:
  virtual ~SpanExporter() = default;

  // Never waits: a span for which there is no room is dropped, and counted.
  virtual void Add(const CallSpan& span) = 0;

  // Sends what was added, and then no more. It takes a few seconds at most; what could not be sent
  // by then is lost.
  virtual void Stop() = 0;

  virtual void WriteMetrics(MetricsWriter& writer) const = 0;
};

}  // namespace keyward::telemetry

#endif  // KEYWARD_SERVER_TELEMETRY_SPAN_EXPORTER_H_
