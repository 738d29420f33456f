#include "server/rpc/grpc_log.h"

#include <grpcpp/version_info.h>

// From 1.65 on; so do the versions of Protobuf that go with it.
#define KEYWARD_GRPC_LOGS_THROUGH_ABSEIL \
  (GRPC_CPP_VERSION_MAJOR > 1 || GRPC_CPP_VERSION_MINOR >= 65)
#if KEYWARD_GRPC_LOGS_THROUGH_ABSEIL
#include <mutex>

#include "absl/log/globals.h"
#include "absl/log/initialize.h"
#include "absl/log/log_sink.h"
#include "absl/log/log_sink_registry.h"
#include "absl/strings/match.h"
#else
#include <google/protobuf/stubs/logging.h>
#include <grpc/support/log.h>
#endif

#include "server/telemetry/log.h"

namespace keyward::rpc {

#if !KEYWARD_GRPC_LOGS_THROUGH_ABSEIL

void CaptureGrpcLog() {
  gpr_set_log_function([](gpr_log_func_args*) {});
  google::protobuf::SetLogHandler(nullptr);
}

void ForwardGrpcLog() {
  gpr_set_log_function([](gpr_log_func_args* args) {
    const auto level = args->severity == GPR_LOG_SEVERITY_ERROR ? telemetry::LogLevel::kInfo
                                                                : telemetry::LogLevel::kDebug;
    telemetry::Log(level, "grpc", {{"message", std::string(args->message)}});
  });
}

#else

namespace {

class Forward final : public absl::LogSink {
  void Send(const absl::LogEntry& entry) override {
    if (absl::StrContains(entry.source_filename(), "protobuf")) return;
    const auto level = entry.log_severity() >= absl::LogSeverity::kError
                           ? telemetry::LogLevel::kInfo
                           : telemetry::LogLevel::kDebug;
    telemetry::Log(level, "grpc", {{"message", std::string(entry.text_message())}});
  }
};

}  // namespace

// Abseil takes neither twice, and a process may have several servers.
void CaptureGrpcLog() {
  static std::once_flag once;
  std::call_once(once, [] {
    absl::InitializeLog();  // before that all is written to standard error
    absl::SetStderrThreshold(absl::LogSeverityAtLeast::kInfinity);
  });
}

void ForwardGrpcLog() {
  static std::once_flag once;
  std::call_once(once, [] { absl::AddLogSink(new Forward); });
}

#endif

}  // namespace keyward::rpc
