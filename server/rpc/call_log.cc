#include "server/rpc/call_log.h"

#include <optional>
#include <string>
#include <vector>

#include "server/errors/errors.h"
#include "server/telemetry/log.h"

namespace keyward::rpc {
namespace {

bool IsServersFault(const absl::Status& status) {
  return absl::IsInternal(status) || absl::IsUnknown(status) || absl::IsDataLoss(status);
}

}  // namespace

void CallLog::Failed(std::string_view method, const absl::Status& status, const CallTrace& trace,
                     int64_t latency_us) {
  using telemetry::LogLevel;
  const LogLevel level = IsServersFault(status) ? LogLevel::kWarning : LogLevel::kDebug;
  if (!telemetry::IsLogged(level)) return;
  std::vector<telemetry::LogField> fields = {{"method", std::string(method)},
                                             {"code", absl::StatusCodeToString(status.code())},
                                             {"reason", errors::Reason(status)},
                                             {"latency_us", latency_us},
                                             {"request_id", std::string(trace.request_id())}};
  if (trace.parent()) {
    fields.push_back({"trace_id", std::string(trace.parent()->trace_id)});
    fields.push_back({"parent_id", std::string(trace.parent()->parent_id)});
  }
  if (level == LogLevel::kWarning) {
    const std::optional<int64_t> left_out = warnings_.Take(telemetry::LogQuota::Clock::now());
    if (!left_out) return;
    if (*left_out > 0) fields.push_back({"left_out", *left_out});
  }
  telemetry::Log(level, "call_failed", fields);
}

}  // namespace keyward::rpc
