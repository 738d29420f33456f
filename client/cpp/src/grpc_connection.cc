#include "client/cpp/src/grpc_connection.h"

#include <grpcpp/client_context.h>
#include <openssl/crypto.h>

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "client/cpp/src/status_conversion.h"
#include "client/cpp/src/utf8.h"

namespace keyward::client {
namespace {

absl::Status CheckUserId(std::string_view user_id) {
  if (IsUtf8(user_id)) return absl::OkStatus();
  return RefusedHere("INVALID_REQUEST", "user_id is not UTF-8");
}

template <typename Request>
absl::Status SetScope(const Scope& scope, Request& request) {
  if (scope.is_pool()) {
    request.set_pool(true);
    return absl::OkStatus();
  }
  request.set_user_id(std::string(scope.user_id()));
  return CheckUserId(scope.user_id());
}

// A value that may be plaintext is no malformed token.
absl::Status CheckToken(std::string_view token, bool allow_legacy_plaintext) {
  if (IsUtf8(token)) return absl::OkStatus();
  if (allow_legacy_plaintext) return RefusedHere("INVALID_REQUEST", "token is not UTF-8");
  return RefusedHere("TOKEN_MALFORMED", "token is not base64url");
}

// Takes the key out of an answer and leaves nothing of it there.
absl::StatusOr<KeyBytes> TakeKey(std::string& key) {
  std::optional<KeyBytes> taken = KeyBytes::Copy(key);
  const std::size_t size = key.size();
  OPENSSL_cleanse(key.data(), size);
  if (taken) return *std::move(taken);
  return absl::InternalError(absl::StrCat("the server answered with a key of ", size, " bytes"));
}

absl::Time ToTime(const google::protobuf::Timestamp& timestamp) {
  return absl::FromUnixSeconds(timestamp.seconds()) + absl::Nanoseconds(timestamp.nanos());
}

}  // namespace

GrpcConnection::GrpcConnection(const std::shared_ptr<grpc::Channel>& channel,
                               absl::Duration deadline)
    : stub_(v1::KeyService::NewStub(channel)), deadline_(deadline) {}

template <typename Request, typename Response>
absl::StatusOr<Response> GrpcConnection::Call(Method<Request, Response> method,
                                              const Request& request) {
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + deadline_));
  Response response;
  const grpc::Status status = ((*stub_).*method)(&context, request, &response);
  if (!status.ok()) return FromGrpcStatus(status);
  return response;
}

absl::StatusOr<EncryptResult> GrpcConnection::Encrypt(const Scope& scope,
                                                      std::string_view plaintext,
                                                      std::string_view associated_data) {
  v1::EncryptRequest request;
  if (const absl::Status wrong = SetScope(scope, request); !wrong.ok()) return wrong;
  request.set_plaintext(std::string(plaintext));
  request.set_associated_data(std::string(associated_data));
  auto response = Call(&v1::KeyService::Stub::Encrypt, request);
  if (!response.ok()) return response.status();
  return EncryptResult{std::move(*response->mutable_token()), response->key_version(),
                       std::move(*response->mutable_kek_id())};
}

absl::StatusOr<DecryptResult> GrpcConnection::Decrypt(const Scope& scope, std::string_view token,
                                                      const DecryptOptions& options) {
  v1::DecryptRequest request;
  if (const absl::Status wrong = SetScope(scope, request); !wrong.ok()) return wrong;
  if (const absl::Status wrong = CheckToken(token, options.allow_legacy_plaintext); !wrong.ok()) {
    return wrong;
  }
  request.set_token(std::string(token));
  request.set_associated_data(options.associated_data);
  request.set_allow_legacy_plaintext(options.allow_legacy_plaintext);
  auto response = Call(&v1::KeyService::Stub::Decrypt, request);
  if (!response.ok()) return response.status();
  return DecryptResult{std::move(*response->mutable_plaintext()), response->key_version(),
                       std::move(*response->mutable_kek_id()), response->legacy_plaintext(),
                       response->stale()};
}

absl::StatusOr<UserKeyResult> GrpcConnection::GetOrCreateUserKey(std::string_view user_id,
                                                                 std::uint32_t version) {
  if (const absl::Status wrong = CheckUserId(user_id); !wrong.ok()) return wrong;
  v1::GetOrCreateUserKeyRequest request;
  request.set_user_id(std::string(user_id));
  request.set_version(version);
  auto response = Call(&v1::KeyService::Stub::GetOrCreateUserKey, request);
  if (!response.ok()) return response.status();
  absl::StatusOr<KeyBytes> key = TakeKey(*response->mutable_key());
  if (!key.ok()) return key.status();
  return UserKeyResult{*std::move(key), response->version(), response->created(),
                       ToTime(response->create_time())};
}

absl::StatusOr<PoolKeyResult> GrpcConnection::PoolKey() {
  auto response = Call(&v1::KeyService::Stub::PoolKey, v1::PoolKeyRequest());
  if (!response.ok()) return response.status();
  absl::StatusOr<KeyBytes> key = TakeKey(*response->mutable_key());
  if (!key.ok()) return key.status();
  return PoolKeyResult{*std::move(key), std::move(*response->mutable_kek_id())};
}

absl::StatusOr<std::string> GrpcConnection::HashApiKey(std::string_view api_key) {
  if (!IsUtf8(api_key)) return RefusedHere("INVALID_REQUEST", "api_key is not UTF-8");
  v1::HashApiKeyRequest request;
  request.set_api_key(std::string(api_key));
  auto response = Call(&v1::KeyService::Stub::HashApiKey, request);
  if (!response.ok()) return response.status();
  return std::move(*response->mutable_sha256_hex());
}

absl::StatusOr<StatusResult> GrpcConnection::GetStatus() {
  auto response = Call(&v1::KeyService::Stub::GetStatus, v1::GetStatusRequest());
  if (!response.ok()) return response.status();
  const v1::Limits& limits = response->limits();
  return StatusResult{std::move(*response->mutable_version()),
                      response->encryption_enabled(),
                      std::move(*response->mutable_kek_id()),
                      std::move(*response->mutable_store()),
                      {limits.max_user_id_bytes(), limits.max_plaintext_bytes(),
                       limits.max_associated_data_bytes()}};
}

}  // namespace keyward::client
