#ifndef KEYWARD_SERVER_RPC_CALL_METRICS_H_
#define KEYWARD_SERVER_RPC_CALL_METRICS_H_

#include <string_view>

#include "server/telemetry/call_counters.h"
#include "server/telemetry/metrics.h"

namespace keyward::rpc {

// Under the names of go-grpc-prometheus, which dashboards know. A method that was never called is
// left out.
void WriteCallMetrics(telemetry::MetricsWriter& writer, std::string_view service,
                      std::string_view method, const telemetry::CallCounters& calls);

}  // namespace keyward::rpc

#endif  // KEYWARD_SERVER_RPC_CALL_METRICS_H_
