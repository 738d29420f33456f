#include "client/cpp/src/channel.h"

#include <grpc/grpc.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>

#include <fstream>
#include <iterator>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace keyward::client {
namespace {

// A call whose request is larger is not retried. The largest that the server takes has less.
constexpr int kRetryBufferBytes = 4 << 20;
// How long a client goes on refusing calls after a server is back: gRPC's own 2 minutes are meant
// for servers that are far away.
constexpr int kFirstReconnectMs = 100;
constexpr int kLastReconnectMs = 5000;

absl::Status Check(const ClientOptions& options) {
  if (options.address.empty()) return absl::InvalidArgumentError("address is empty");
  if (options.deadline <= absl::ZeroDuration()) {
    return absl::InvalidArgumentError("deadline must be longer than zero");
  }
  const RetryOptions& retry = options.retry;
  if (retry.max_attempts < 1 || retry.max_attempts > 5) {
    return absl::InvalidArgumentError("retry.max_attempts must be 1 to 5");
  }
  if (retry.initial_backoff < absl::Milliseconds(1) || retry.max_backoff < retry.initial_backoff ||
      retry.max_backoff > absl::Hours(1)) {
    return absl::InvalidArgumentError(
        "retry back-offs must be 1 ms to 1 h, the first no longer than the last");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  if (path.empty()) return std::string();
  std::ifstream file(path, std::ios::binary);
  std::string content{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (!file || content.empty()) {
    return absl::InvalidArgumentError(absl::StrCat("cannot read ", path, ", or it is empty"));
  }
  return content;
}

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> Credentials(
    const ClientOptions& options) {
  if (!options.tls) return grpc::InsecureChannelCredentials();
  const TlsOptions& tls = *options.tls;
  if (tls.cert_file.empty() != tls.key_file.empty()) {
    return absl::InvalidArgumentError("tls.cert_file and tls.key_file go together");
  }
  const auto ca = ReadFile(tls.ca_file);
  if (!ca.ok()) return ca.status();
  const auto cert = ReadFile(tls.cert_file);
  if (!cert.ok()) return cert.status();
  const auto key = ReadFile(tls.key_file);
  if (!key.ok()) return key.status();
  return grpc::SslCredentials({*ca, *key, *cert});
}

// What may be sent again though it may have been done already. RotateUserKey names its request; the
// other changes would be refused for their etag, or, a backup, for the file that is there now.
constexpr char kRepeatable[] = R"({"service": "keyward.v1.KeyService"},
  {"service": "keyward.v1.KeyAdminService", "method": "GetUserKey"},
  {"service": "keyward.v1.KeyAdminService", "method": "ListUserKeys"},
  {"service": "keyward.v1.KeyAdminService", "method": "RotateUserKey"},
  {"service": "keyward.v1.KeyAdminService", "method": "GetKekStatus"},
  {"service": "keyward.v1.KeyAdminService", "method": "RewrapUserKeys"},
  {"service": "keyward.v1.KeyAdminService", "method": "RetireKek"},
  {"service": "keyward.v1.KeyAdminService", "method": "VerifyStore"})";

// Members of a service config, for gRPC's own retries.
std::string RetryConfig(const RetryOptions& retry) {
  return absl::StrFormat(
      R"(, "methodConfig": [{"name": [%s], "retryPolicy": {
           "maxAttempts": %d, "initialBackoff": "%.3fs", "maxBackoff": "%.3fs",
           "backoffMultiplier": 2,
           "retryableStatusCodes": ["UNAVAILABLE", "RESOURCE_EXHAUSTED"]}}],
          "retryThrottling": {"maxTokens": 100, "tokenRatio": 0.1})",
      kRepeatable, retry.max_attempts, absl::ToDoubleSeconds(retry.initial_backoff),
      absl::ToDoubleSeconds(retry.max_backoff));
}

// Calls go round all servers that the address leads to. Their health is not asked for: a server
// without a master key, which has none, still tells why it refuses.
std::string ServiceConfig(const RetryOptions& retry) {
  return absl::StrCat(R"({"loadBalancingConfig": [{"round_robin": {}}])",
                      retry.max_attempts > 1 ? RetryConfig(retry) : "", "}");
}

grpc::ChannelArguments Arguments(const RetryOptions& retry) {
  grpc::ChannelArguments arguments;
  arguments.SetServiceConfigJSON(ServiceConfig(retry));
  arguments.SetInt(GRPC_ARG_PER_RPC_RETRY_BUFFER_SIZE, kRetryBufferBytes);
  arguments.SetInt(GRPC_ARG_SERVICE_CONFIG_DISABLE_RESOLUTION, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kFirstReconnectMs);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kLastReconnectMs);
  return arguments;
}

}  // namespace

absl::StatusOr<std::shared_ptr<grpc::Channel>> MakeChannel(const ClientOptions& options) {
  if (const absl::Status wrong = Check(options); !wrong.ok()) return wrong;
  auto credentials = Credentials(options);
  if (!credentials.ok()) return credentials.status();
  return grpc::CreateCustomChannel(options.address, *credentials, Arguments(options.retry));
}

}  // namespace keyward::client
