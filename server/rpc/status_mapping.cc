#include "server/rpc/status_mapping.h"

#include <string>

#include "absl/strings/str_cat.h"
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

v1::StatusDetails ToStatusDetails(const absl::Status& status) {
  v1::StatusDetails details;
  details.set_code(status.raw_code());
  details.set_message(std::string(status.message()));
  const std::string reason = errors::Reason(status);
  if (reason.empty()) return details;
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
  return details;
}

grpc::Status ToGrpcStatus(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  const v1::StatusDetails details = ToStatusDetails(status);
  // absl and gRPC number the canonical codes alike.
  const auto code = static_cast<grpc::StatusCode>(details.code());
  if (details.details().empty()) return grpc::Status(code, details.message());
  return grpc::Status(code, details.message(), details.SerializeAsString());
}

void AddRetryPushback(const absl::Status& status, grpc::ServerContext& context) {
  if (const auto delay = errors::RetryDelay(status)) {
    context.AddTrailingMetadata("grpc-retry-pushback-ms",
                                absl::StrCat(absl::ToInt64Milliseconds(*delay)));
  }
}

}  // namespace keyward::rpc
