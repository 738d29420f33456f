#include "server/rpc/status_mapping.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "keyward/v1/status_details.pb.h"
#include "server/errors/errors.h"

namespace keyward::rpc {
namespace {

constexpr char kDomain[] = "keyward";

template <typename Message>
void AddDetail(const char* name, const Message& message, v1::StatusDetails& details) {
  google::protobuf::Any& any = *details.add_details();
  any.set_type_url(std::string("type.googleapis.com/google.rpc.") + name);
  any.set_value(message.SerializeAsString());
}

}  // namespace

grpc::Status ToGrpcStatus(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  // absl and gRPC number the canonical codes alike.
  const auto code = static_cast<grpc::StatusCode>(status.raw_code());
  const std::string message(status.message());
  const std::string reason = errors::Reason(status);
  if (reason.empty()) return grpc::Status(code, message);

  v1::StatusDetails details;
  details.set_code(code);
  details.set_message(message);
  v1::ErrorInfo info;
  info.set_reason(reason);
  info.set_domain(kDomain);
  AddDetail("ErrorInfo", info, details);
  if (const auto delay = errors::RetryDelay(status)) {
    v1::RetryInfo retry;
    const int64_t nanos = absl::ToInt64Nanoseconds(*delay);
    retry.mutable_retry_delay()->set_seconds(nanos / 1'000'000'000);
    retry.mutable_retry_delay()->set_nanos(static_cast<int32_t>(nanos % 1'000'000'000));
    AddDetail("RetryInfo", retry, details);
  }
  return grpc::Status(code, message, details.SerializeAsString());
}

void AddRetryPushback(const absl::Status& status, grpc::ServerContext& context) {
  if (const auto delay = errors::RetryDelay(status)) {
    context.AddTrailingMetadata("grpc-retry-pushback-ms",
                                absl::StrCat(absl::ToInt64Milliseconds(*delay)));
  }
}

}  // namespace keyward::rpc
