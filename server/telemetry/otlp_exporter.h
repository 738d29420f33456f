#ifndef KEYWARD_SERVER_TELEMETRY_OTLP_EXPORTER_H_
#define KEYWARD_SERVER_TELEMETRY_OTLP_EXPORTER_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "server/telemetry/span_exporter.h"

namespace keyward::telemetry {

struct OtlpOptions {
  std::string endpoint;  // http://HOST:PORT, or https://
  std::string version;   // this program's
};

// Exports spans over OTLP/gRPC, https://opentelemetry.io/docs/specs/otlp/, in batches and on
// threads of its own. All but the endpoint comes from OpenTelemetry's own variables, such as
// OTEL_EXPORTER_OTLP_CERTIFICATE, OTEL_EXPORTER_OTLP_HEADERS and OTEL_RESOURCE_ATTRIBUTES. That
// nobody listens at the endpoint is no error: it is logged and counted, and tried again.
//
// FailedPrecondition where this program was built without OpenTelemetry's library.
absl::StatusOr<std::unique_ptr<SpanExporter>> StartOtlpExporter(const OtlpOptions& options);

}  // namespace keyward::telemetry

#endif  // KEYWARD_SERVER_TELEMETRY_OTLP_EXPORTER_H_
