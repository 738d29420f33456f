#ifndef KEYWARD_SERVER_RPC_CALL_LOG_H_
#define KEYWARD_SERVER_RPC_CALL_LOG_H_

#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "server/rpc/call_trace.h"
#include "server/telemetry/log_quota.h"

namespace keyward::rpc {

// Logs calls that failed, with what they are found by: those that the server is to blame for
// (INTERNAL, UNKNOWN, DATA_LOSS) as warnings, ten a second at most; all others for whoever looks
// closely (debug). Thread-safe.
class CallLog {
 public:
  // `status` is not OK.
  void Failed(std::string_view method, const absl::Status& status, const CallTrace& trace,
              int64_t latency_us);

 private:
  telemetry::LogQuota warnings_;
};

}  // namespace keyward::rpc

#endif  // KEYWARD_SERVER_RPC_CALL_LOG_H_
