#include "server/rpc/grpc_log.h"

#include <grpc/support/log.h>
#include <grpcpp/version_info.h>

#include "server/telemetry/log.h"

namespace keyward::rpc {

// From 1.65 gRPC logs through Abseil.
#if GRPC_CPP_VERSION_MAJOR == 1 && GRPC_CPP_VERSION_MINOR < 65

void CaptureGrpcLog() {
  gpr_set_log_function([](gpr_log_func_args*) {});
}

void ForwardGrpcLog() {
  gpr_set_log_function([](gpr_log_func_args* args) {
    const auto level = args->severity == GPR_LOG_SEVERITY_ERROR ? telemetry::LogLevel::kInfo
                                                                : telemetry::LogLevel::kDebug;
    telemetry::Log(level, "grpc", {{"message", std::string(args->message)}});
  });
}

#else

void CaptureGrpcLog() {}
void ForwardGrpcLog() {}

#endif

}  // namespace keyward::rpc
