#include "client/cpp/src/status_conversion.h"

#include <string>
#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/string_view.h"
#include "keyward/errors.h"

namespace keyward::client {
namespace {

constexpr absl::string_view kErrorInfoUrl = "type.googleapis.com/google.rpc.ErrorInfo";
constexpr absl::string_view kRetryInfoUrl = "type.googleapis.com/google.rpc.RetryInfo";
constexpr absl::string_view kDomain = "keyward";
constexpr char kRequestIdTrailer[] = "x-request-id";
constexpr absl::string_view kRequestIdUrl = "keyward/x-request-id";

template <typename Message>
std::optional<Message> Payload(const absl::Status& status, absl::string_view type_url) {
  const auto bytes = status.GetPayload(type_url);
  Message message;
  if (!bytes || !message.ParseFromString(std::string(*bytes))) return std::nullopt;
  return message;
}

absl::Status WithPayloads(absl::Status status, const v1::StatusDetails& details) {
  for (const auto& detail : details.details()) {
    status.SetPayload(detail.type_url(), absl::Cord(detail.value()));
  }
  return status;
}

}  // namespace

absl::Status FromGrpcStatus(const grpc::Status& status, const grpc::ClientContext& context) {
  absl::Status converted(static_cast<absl::StatusCode>(status.error_code()),
                         status.error_message());
  const auto& trailers = context.GetServerTrailingMetadata();
  if (const auto id = trailers.find(kRequestIdTrailer); id != trailers.end()) {
    converted.SetPayload(kRequestIdUrl,
                         absl::Cord(absl::string_view(id->second.data(), id->second.size())));
  }
  v1::StatusDetails details;
  if (!details.ParseFromString(status.error_details())) return converted;
  return WithPayloads(std::move(converted), details);
}

absl::Status FromStatusDetails(const v1::StatusDetails& details) {
  if (details.code() == 0)
    return absl::InternalError("the server answered an item with neither a result nor an error");
  return WithPayloads(
      absl::Status(static_cast<absl::StatusCode>(details.code()), details.message()), details);
}

absl::Status RefusedHere(std::string_view reason, std::string_view message) {
  v1::ErrorInfo info;
  info.set_reason(std::string(reason));
  info.set_domain(std::string(kDomain));
  absl::Status status =
      absl::InvalidArgumentError(absl::string_view(message.data(), message.size()));
  status.SetPayload(kErrorInfoUrl, absl::Cord(info.SerializeAsString()));
  return status;
}

std::string ErrorReason(const absl::Status& status) {
  const auto info = Payload<v1::ErrorInfo>(status, kErrorInfoUrl);
  return info && info->domain() == kDomain ? info->reason() : std::string();
}

std::string RequestId(const absl::Status& status) {
  return std::string(status.GetPayload(kRequestIdUrl).value_or(absl::Cord()));
}

std::optional<absl::Duration> RetryDelay(const absl::Status& status) {
  const auto info = Payload<v1::RetryInfo>(status, kRetryInfoUrl);
  if (!info || !info->has_retry_delay()) return std::nullopt;
  return absl::Seconds(info->retry_delay().seconds()) +
         absl::Nanoseconds(info->retry_delay().nanos());
}

}  // namespace keyward::client
