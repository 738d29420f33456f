#include "server/telemetry/otlp_exporter.h"

#include <opentelemetry/exporters/otlp/otlp_grpc_exporter_factory.h>
#include <opentelemetry/exporters/otlp/otlp_grpc_exporter_options.h>
#include <opentelemetry/sdk/common/global_log_handler.h>
#include <opentelemetry/sdk/resource/resource.h>
#include <opentelemetry/sdk/trace/batch_span_processor_factory.h>
#include <opentelemetry/sdk/trace/batch_span_processor_options.h>
#include <opentelemetry/sdk/trace/exporter.h>
#include <opentelemetry/sdk/trace/tracer_provider.h>
#include <opentelemetry/sdk/trace/tracer_provider_factory.h>
#include <opentelemetry/trace/propagation/http_trace_context.h>
#include <opentelemetry/trace/span_context.h>
#include <opentelemetry/trace/tracer.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/match.h"
#include "server/telemetry/log.h"

namespace keyward::telemetry {
namespace {

namespace otel = opentelemetry;
namespace sdk = opentelemetry::sdk;
namespace nostd = opentelemetry::nostd;

// A collector that answers late must not hold a shutdown up.
constexpr std::chrono::seconds kExportTimeout{2};
constexpr std::chrono::seconds kDelay{1};

// Less than the library's queue holds: so it is counted here what is dropped, and a span that would
// be is not made.
constexpr int64_t kMaxWaiting = 2000;

// What became of the spans.
struct Counts {
  std::atomic<int64_t> waiting = 0;
  std::atomic<int64_t> exported = 0;
  std::atomic<int64_t> failed = 0;
  std::atomic<int64_t> dropped = 0;
  std::atomic<bool> is_stopping = false;
};

// Counts what is exported, and logs when that begins to fail and when it works again.
class WatchedExporter final : public sdk::trace::SpanExporter {
 public:
  WatchedExporter(std::unique_ptr<sdk::trace::SpanExporter> exporter, std::string endpoint,
                  std::shared_ptr<Counts> counts)
      : exporter_(std::move(exporter)),
        endpoint_(std::move(endpoint)),
        counts_(std::move(counts)) {}

  std::unique_ptr<sdk::trace::Recordable> MakeRecordable() noexcept override {
    return exporter_->MakeRecordable();
  }

  sdk::common::ExportResult Export(
      const nostd::span<std::unique_ptr<sdk::trace::Recordable>>& spans) noexcept override {
    const auto count = static_cast<int64_t>(spans.size());
    // Who stops does not wait for each batch's time limit.
    const bool gives_up = counts_->is_stopping && !is_working_;
    const auto result = gives_up ? sdk::common::ExportResult::kFailure : exporter_->Export(spans);
    const bool exported = result == sdk::common::ExportResult::kSuccess;
    counts_->waiting -= count;
    (exported ? counts_->exported : counts_->failed) += count;
    if (exported != is_working_) {
      is_working_ = exported;
      Tell();
    }
    return result;
  }

  bool ForceFlush(std::chrono::microseconds timeout) noexcept override {
    return exporter_->ForceFlush(timeout);
  }
  bool Shutdown(std::chrono::microseconds timeout) noexcept override {
    return exporter_->Shutdown(timeout);
  }

 private:
  void Tell() const {
    if (is_working_) return Log(LogLevel::kInfo, "otlp_works_again", {{"endpoint", endpoint_}});
    Log(LogLevel::kWarning, "otlp_failed",
        {{"endpoint", endpoint_},
         {"message", std::string("spans cannot be exported and are lost; calls are served as "
                                 "before. --log_level=debug tells more")}});
  }

  const std::unique_ptr<sdk::trace::SpanExporter> exporter_;
  const std::string endpoint_;
  const std::shared_ptr<Counts> counts_;
  bool is_working_ = true;  // of the one thread that exports
};

// The library would write lines of its own to standard error.
class ForwardLog final : public sdk::common::internal_log::LogHandler {
 public:
  void Handle(sdk::common::internal_log::LogLevel, const char*, int, const char* message,
              const sdk::common::AttributeMap&) noexcept override {
    Log(LogLevel::kDebug, "otlp", {{"message", std::string(message == nullptr ? "" : message)}});
  }
};

sdk::resource::Resource ThisProgram(const std::string& version) {
  auto told = sdk::resource::Resource::Create({{"service.version", version}});
  const auto& name = nostd::get<std::string>(told.GetAttributes().at("service.name"));
  if (!absl::StartsWith(name, "unknown_service")) return told;  // from the variables
  return sdk::resource::Resource::Create(
      {{"service.version", version}, {"service.name", "keyward"}});
}

std::unique_ptr<sdk::trace::SpanExporter> MakeExporter(const std::string& endpoint) {
  otel::exporter::otlp::OtlpGrpcExporterOptions options;  // from the variables
  options.endpoint = endpoint;
  options.use_ssl_credentials = absl::StartsWith(endpoint, "https:");
  options.timeout = kExportTimeout;
  return otel::exporter::otlp::OtlpGrpcExporterFactory::Create(options);
}

nostd::string_view View(std::string_view text) { return {text.data(), text.size()}; }

otel::trace::SpanContext Remote(const TraceContext& parent) {
  using Header = otel::trace::propagation::HttpTraceContext;
  const uint8_t flags = parent.is_sampled ? otel::trace::TraceFlags::kIsSampled : 0;
  return {Header::TraceIdFromHex(View(parent.trace_id)),
          Header::SpanIdFromHex(View(parent.parent_id)), otel::trace::TraceFlags(flags),
          /*is_remote=*/true};
}

// Those that are no caller's fault, as OpenTelemetry's conventions for gRPC have it:
// https://opentelemetry.io/docs/specs/semconv/rpc/grpc/
bool IsServersFault(int grpc_code) {
  switch (static_cast<absl::StatusCode>(grpc_code)) {
    case absl::StatusCode::kUnknown:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kUnimplemented:
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDataLoss:
      return true;
    default:
      return false;
  }
}

class OtlpExporter final : public SpanExporter {
 public:
  explicit OtlpExporter(const OtlpOptions& options) : counts_(std::make_shared<Counts>()) {
    sdk::trace::BatchSpanProcessorOptions batches;
    batches.schedule_delay_millis = kDelay;
    provider_ = std::make_unique<sdk::trace::TracerProvider>(
        sdk::trace::BatchSpanProcessorFactory::Create(
            std::make_unique<WatchedExporter>(MakeExporter(options.endpoint), options.endpoint,
                                              counts_),
            batches),
        ThisProgram(options.version));
    tracer_ = provider_->GetTracer("keyward", options.version);
  }

  void Add(const CallSpan& call) override {
    if (counts_->waiting.fetch_add(1) >= kMaxWaiting) {
      --counts_->waiting;
      ++counts_->dropped;
      return;
    }
    const auto now = std::chrono::steady_clock::now();
    otel::trace::StartSpanOptions start;
    start.kind = otel::trace::SpanKind::kServer;
    start.parent = Remote(call.parent);
    start.start_steady_time = otel::common::SteadyTimestamp(call.start);
    start.start_system_time =
        otel::common::SystemTimestamp(std::chrono::system_clock::now() - (now - call.start));
    const auto span = tracer_->StartSpan(std::string(call.service).append("/").append(call.method),
                                         {{"rpc.system", "grpc"},
                                          {"rpc.service", View(call.service)},
                                          {"rpc.method", View(call.method)},
                                          {"rpc.grpc.status_code", call.grpc_code}},
                                         start);
    if (!call.reason.empty()) span->SetAttribute("keyward.reason", View(call.reason));
    if (!call.request_id.empty()) span->SetAttribute("keyward.request_id", View(call.request_id));
    if (IsServersFault(call.grpc_code)) {
      span->SetStatus(otel::trace::StatusCode::kError, View(call.reason));
    }
    otel::trace::EndSpanOptions end;
    end.end_steady_time = otel::common::SteadyTimestamp(call.start + call.duration);
    span->End(end);
  }

  void Stop() override {
    counts_->is_stopping = true;
    provider_->Shutdown();
  }

  void WriteMetrics(MetricsWriter& writer) const override {
    for (const auto& [result, count] : {std::pair("exported", counts_->exported.load()),
                                        std::pair("failed", counts_->failed.load()),
                                        std::pair("dropped", counts_->dropped.load())}) {
      writer.Counter("keyward_otlp_spans_total",
                     "Spans by what became of them; dropped: there was no room for them to wait.",
                     {{"result", result}}, static_cast<double>(count));
    }
  }

 private:
  const std::shared_ptr<Counts> counts_;
  std::unique_ptr<sdk::trace::TracerProvider> provider_;
  nostd::shared_ptr<otel::trace::Tracer> tracer_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<SpanExporter>> StartOtlpExporter(const OtlpOptions& options) {
  sdk::common::internal_log::GlobalLogHandler::SetLogHandler(
      nostd::shared_ptr<sdk::common::internal_log::LogHandler>(new ForwardLog));
  return std::make_unique<OtlpExporter>(options);
}

}  // namespace keyward::telemetry
