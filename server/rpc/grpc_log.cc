#include "server/rpc/grpc_log.h"

#include <google/protobuf/stubs/common.h>
#if GOOGLE_PROTOBUF_VERSION < 4022000
#include <google/protobuf/stubs/logging.h>
#endif
#include <grpc/support/log.h>
#include <grpcpp/version_info.h>

#include "server/telemetry/log.h"

namespace keyward::rpc {
namespace {

void DropProtobufLog() {
#if GOOGLE_PROTOBUF_VERSION < 4022000  // later ones log through Abseil
  google::protobuf::SetLogHandler(nullptr);
#endif
}

}  // namespace

// From 1.65 gRPC logs through Abseil.
#if GRPC_CPP_VERSION_MAJOR == 1 && GRPC_CPP_VERSION_MINOR < 65

void CaptureGrpcLog() {
  gpr_set_log_function([](gpr_log_func_args*) {});
  DropProtobufLog();
}

void ForwardGrpcLog() {
  gpr_set_log_function([](gpr_log_func_args* args) {
    const auto level = args->severity == GPR_LOG_SEVERITY_ERROR ? telemetry::LogLevel::kInfo
                                                                : telemetry::LogLevel::kDebug;
    telemetry::Log(level, "grpc", {{"message", std::string(args->message)}});
  });
}

#else

void CaptureGrpcLog() { DropProtobufLog(); }
void ForwardGrpcLog() {}

#endif

}  // namespace keyward::rpc
