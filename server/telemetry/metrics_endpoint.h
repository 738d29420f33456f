#ifndef KEYWARD_SERVER_TELEMETRY_METRICS_ENDPOINT_H_
#define KEYWARD_SERVER_TELEMETRY_METRICS_ENDPOINT_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "server/telemetry/metrics.h"

namespace keyward::telemetry {

// Answers HTTP requests for /metrics in Prometheus' text format, as long as it lives. Two threads
// serve it, each one connection at a time.
class MetricsEndpoint {
 public:
  // `address`: HOST:PORT, where HOST is a numeric address; port 0: a free one. An error is one line
  // for the operator.
  static absl::StatusOr<std::unique_ptr<MetricsEndpoint>> Start(const std::string& address,
                                                                MetricsSource source);
  virtual ~MetricsEndpoint() = default;

  virtual int port() const = 0;
};

}  // namespace keyward::telemetry

#endif  // KEYWARD_SERVER_TELEMETRY_METRICS_ENDPOINT_H_
