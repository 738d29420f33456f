// In the place of otlp_exporter.cc where OpenTelemetry's library was not there at build time.
#include "server/telemetry/otlp_exporter.h"

namespace keyward::telemetry {

absl::StatusOr<std::unique_ptr<SpanExporter>> StartOtlpExporter(const OtlpOptions&) {
  return absl::FailedPreconditionError(
      "--otlp_endpoint: this program was built without OpenTelemetry's library (Debian 13's "
      "opentelemetry-cpp-dev)");
}

}  // namespace keyward::telemetry
