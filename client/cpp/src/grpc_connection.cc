#include "client/cpp/src/grpc_connection.h"

#include <openssl/crypto.h>

#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/cpp/src/requests.h"
#include "client/cpp/src/status_conversion.h"
#include "client/cpp/src/timestamps.h"
#include "client/cpp/src/utf8.h"

namespace keyward::client {
namespace {

// Takes the key out of an answer and leaves nothing of it there.
absl::StatusOr<KeyBytes> TakeKey(std::string& key) {
  std::optional<KeyBytes> taken = KeyBytes::Copy(key);
  const std::size_t size = key.size();
  OPENSSL_cleanse(key.data(), size);
  if (taken) return *std::move(taken);
  return absl::InternalError(absl::StrCat("the server answered with a key of ", size, " bytes"));
}

}  // namespace

GrpcConnection::GrpcConnection(const std::shared_ptr<grpc::Channel>& channel,
                               absl::Duration deadline)
    : stub_(v1::KeyService::NewStub(channel)), deadline_(deadline) {}

template <typename Request, typename Response>
absl::StatusOr<Response> GrpcConnection::Call(Method<Request, Response> method,
                                              const Request& request) {
  return CallUnary(*stub_, method, request, deadline_);
}

absl::StatusOr<EncryptResult> GrpcConnection::Encrypt(const Scope& scope,
                                                      std::string_view plaintext,
                                                      std::string_view associated_data,
                                                      TokenFormat format) {
  v1::EncryptRequest request;
  const absl::Status wrong = Fill(request, scope, plaintext, associated_data, format);
  if (!wrong.ok()) return wrong;
  auto response = Call(&v1::KeyService::Stub::Encrypt, request);
  if (!response.ok()) return response.status();
  return Take(*response);
}

absl::StatusOr<DecryptResult> GrpcConnection::Decrypt(const Scope& scope, std::string_view token,
                                                      const DecryptOptions& options) {
  v1::DecryptRequest request;
  if (const absl::Status wrong = Fill(request, scope, token, options); !wrong.ok()) return wrong;
  auto response = Call(&v1::KeyService::Stub::Decrypt, request);
  if (!response.ok()) return response.status();
  return Take(*response);
}

absl::StatusOr<RewrapResult> GrpcConnection::Rewrap(const Scope& scope, std::string_view token,
                                                    std::string_view associated_data) {
  v1::RewrapRequest request;
  const absl::Status wrong = Fill(request, scope, token, associated_data);
  if (!wrong.ok()) return wrong;
  auto response = Call(&v1::KeyService::Stub::Rewrap, request);
  if (!response.ok()) return response.status();
  return Take(*response);
}

template <typename Results, typename Request, typename Response, typename Item>
absl::StatusOr<Results> GrpcConnection::Batch(Method<Request, Response> method,
                                              absl::Span<const Item> items) {
  Request request;
  std::vector<absl::Status> unsent;
  unsent.reserve(items.size());
  for (const Item& item : items) {
    unsent.push_back(Fill(*request.add_requests(), item));
    if (!unsent.back().ok()) request.mutable_requests()->RemoveLast();
  }
  absl::StatusOr<Response> response{Response()};
  if (request.requests_size() > 0) response = Call(method, request);
  if (!response.ok()) return response.status();
  if (response->results_size() != request.requests_size()) {
    return absl::InternalError(absl::StrCat("the server answered ", request.requests_size(),
                                            " items with ", response->results_size(), " results"));
  }
  Results results;
  results.reserve(items.size());
  int next = 0;
  for (absl::Status& wrong : unsent) {
    if (wrong.ok()) {
      results.push_back(Take(*response->mutable_results(next++)));
    } else {
      results.emplace_back(std::move(wrong));
    }
  }
  return results;
}

absl::StatusOr<EncryptResults> GrpcConnection::BatchEncrypt(absl::Span<const EncryptItem> items) {
  return Batch<EncryptResults>(&v1::KeyService::Stub::BatchEncrypt, items);
}

absl::StatusOr<DecryptResults> GrpcConnection::BatchDecrypt(absl::Span<const DecryptItem> items) {
  return Batch<DecryptResults>(&v1::KeyService::Stub::BatchDecrypt, items);
}

absl::StatusOr<RewrapResults> GrpcConnection::BatchRewrap(absl::Span<const RewrapItem> items) {
  return Batch<RewrapResults>(&v1::KeyService::Stub::BatchRewrap, items);
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
  const auto format = response->token_format() == v1::TOKEN_FORMAT_UNSPECIFIED
                          ? TokenFormat::kV2
                          : static_cast<TokenFormat>(response->token_format());
  return StatusResult{
      std::move(*response->mutable_version()),
      response->encryption_enabled(),
      std::move(*response->mutable_kek_id()),
      std::move(*response->mutable_store()),
      {limits.max_user_id_bytes(), limits.max_plaintext_bytes(), limits.max_associated_data_bytes(),
       limits.max_batch_items(), limits.max_batch_bytes()},
      format};
}

}  // namespace keyward::client
