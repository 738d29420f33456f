#include "server/rpc/call_metrics.h"

#include <array>
#include <string>

namespace keyward::rpc {
namespace {

// In the order of their numbers, as go-grpc-prometheus writes them.
constexpr std::array<const char*, telemetry::CallCounters::kCodes> kCodes = {
    "OK",       "Canceled",       "Unknown",          "InvalidArgument",   "DeadlineExceeded",
    "NotFound", "AlreadyExists",  "PermissionDenied", "ResourceExhausted", "FailedPrecondition",
    "Aborted",  "OutOfRange",     "Unimplemented",    "Internal",          "Unavailable",
    "DataLoss", "Unauthenticated"};

}  // namespace

void WriteCallMetrics(telemetry::MetricsWriter& writer, std::string_view service,
                      std::string_view method, const telemetry::CallCounters& calls) {
  const telemetry::CallCounters::Totals totals = calls.Read();
  if (totals.started == 0) return;
  const telemetry::Labels labels = {{"grpc_type", "unary"},
                                    {"grpc_service", std::string(service)},
                                    {"grpc_method", std::string(method)}};
  writer.Counter("grpc_server_started_total", "Calls that came.", labels,
                 static_cast<double>(totals.started));
  for (size_t code = 0; code < kCodes.size(); ++code) {
    if (totals.handled[code] == 0) continue;
    telemetry::Labels with_code = labels;
    with_code.emplace_back("grpc_code", kCodes[code]);
    writer.Counter("grpc_server_handled_total", "Calls that were answered, by status.", with_code,
                   static_cast<double>(totals.handled[code]));
  }
  writer.Durations("grpc_server_handling_seconds", "From a call's arrival to its answer.", labels,
                   totals);
}

}  // namespace keyward::rpc
