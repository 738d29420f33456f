#include "tests/client/fake_server.h"

#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>

#include <stdexcept>

#include "absl/strings/escaping.h"
#include "keyward/tokens.h"
#include "keyward/v1/status_details.pb.h"

namespace keyward::client {
namespace {

std::string MakeToken(const v1::EncryptRequest& request) {
  const bool v3 = request.token_format() == v1::TOKEN_FORMAT_V3;
  return std::string(v3 ? kEncryptedPrefixV3 : kEncryptedPrefix) +
         absl::WebSafeBase64Escape(request.SerializeAsString());
}

// What a rewrapped token has more than the one that Encrypt made.
constexpr char kRewrapped = '~';

template <typename Request>
bool OpenToken(const Request& request, std::string* plaintext) {
  std::string bytes, token = request.token();
  v1::EncryptRequest sealed;
  if (token.ends_with(kRewrapped)) token.pop_back();
  if (!IsEncrypted(token) ||
      !absl::WebSafeBase64Unescape(token.substr(kEncryptedPrefix.size()), &bytes) ||
      !sealed.ParseFromString(bytes)) {
    return false;
  }
  *plaintext = sealed.plaintext();
  return sealed.user_id() == request.user_id() && sealed.pool() == request.pool() &&
         sealed.associated_data() == request.associated_data();
}

grpc::Status Answer(const v1::EncryptRequest& request, v1::EncryptResponse& response) {
  if (!request.pool() && request.user_id().empty()) {
    return Failure(grpc::StatusCode::INVALID_ARGUMENT, "INVALID_REQUEST", "user_id is empty");
  }
  if (request.user_id() == "busy") {
    return Failure(grpc::StatusCode::UNAVAILABLE, "STORE_UNAVAILABLE", "busy", "keyward", 1500);
  }
  response.set_token(MakeToken(request));
  response.set_key_version(request.pool() ? 0 : 1);
  response.set_kek_id(request.pool() ? "0123456789abcdef" : "");
  return grpc::Status::OK;
}

grpc::Status Answer(const v1::DecryptRequest& request, v1::DecryptResponse& response) {
  if (request.allow_legacy_plaintext() && !IsEncrypted(request.token())) {
    response.set_plaintext(request.token());
    response.set_legacy_plaintext(true);
    return grpc::Status::OK;
  }
  if (!OpenToken(request, response.mutable_plaintext())) {
    return Failure(grpc::StatusCode::INVALID_ARGUMENT, "DECRYPTION_FAILED", "does not open");
  }
  response.set_key_version(request.pool() ? 0 : 1);
  response.set_kek_id(request.pool() ? "0123456789abcdef" : "");
  response.set_stale(true);
  return grpc::Status::OK;
}

grpc::Status Answer(const v1::RewrapRequest& request, v1::RewrapResponse& response) {
  std::string plaintext;
  if (!OpenToken(request, &plaintext)) {
    return Failure(grpc::StatusCode::INVALID_ARGUMENT, "DECRYPTION_FAILED", "does not open");
  }
  response.set_changed(!request.token().ends_with(kRewrapped));
  response.set_token(request.token() + (response.changed() ? std::string(1, kRewrapped) : ""));
  response.set_key_version(request.pool() ? 0 : 2);
  response.set_kek_id(request.pool() ? "0123456789abcdef" : "");
  return grpc::Status::OK;
}

}  // namespace

grpc::Status Failure(grpc::StatusCode code, const std::string& reason, const std::string& message,
                     const std::string& domain, int retry_after_ms) {
  v1::StatusDetails details;
  details.set_code(code);
  details.set_message(message);
  v1::ErrorInfo info;
  info.set_reason(reason);
  info.set_domain(domain);
  auto* any = details.add_details();
  any->set_type_url("type.googleapis.com/google.rpc.ErrorInfo");
  any->set_value(info.SerializeAsString());
  if (retry_after_ms > 0) {
    v1::RetryInfo retry;
    retry.mutable_retry_delay()->set_seconds(retry_after_ms / 1000);
    retry.mutable_retry_delay()->set_nanos(retry_after_ms % 1000 * 1000000);
    any = details.add_details();
    any->set_type_url("type.googleapis.com/google.rpc.RetryInfo");
    any->set_value(retry.SerializeAsString());
  }
  return grpc::Status(code, message, details.SerializeAsString());
}

void FakeKeyService::FailNext(int calls, const grpc::Status& status) {
  sync::MutexLock lock(mutex_);
  failures_.insert(failures_.end(), calls, status);
}

void FakeKeyService::SetHanging(bool hanging) {
  sync::MutexLock lock(mutex_);
  hanging_ = hanging;
  released_.NotifyAll();
}

void FakeKeyService::SetKey(const std::string& key) {
  sync::MutexLock lock(mutex_);
  key_ = key;
}

void FakeKeyService::LeaveOutResults(int count) {
  sync::MutexLock lock(mutex_);
  missing_results_ = count;
}

void FakeKeyService::SetTokenFormat(v1::TokenFormat format) {
  sync::MutexLock lock(mutex_);
  token_format_ = format;
}

std::vector<int> FakeKeyService::batch_sizes() const {
  sync::MutexLock lock(mutex_);
  return batch_sizes_;
}

int FakeKeyService::calls() const {
  sync::MutexLock lock(mutex_);
  return calls_;
}

v1::DecryptRequest FakeKeyService::last_decrypt() const {
  sync::MutexLock lock(mutex_);
  return last_decrypt_;
}

v1::GetOrCreateUserKeyRequest FakeKeyService::last_user_key() const {
  sync::MutexLock lock(mutex_);
  return last_user_key_;
}

grpc::Status FakeKeyService::Begin() {
  ++calls_;
  while (hanging_) released_.Wait(mutex_);
  if (failures_.empty()) return grpc::Status::OK;
  const grpc::Status failure = failures_.front();
  failures_.pop_front();
  return failure;
}

grpc::Status FakeKeyService::GetOrCreateUserKey(grpc::ServerContext*,
                                                const v1::GetOrCreateUserKeyRequest* request,
                                                v1::GetOrCreateUserKeyResponse* response) {
  sync::MutexLock lock(mutex_);
  last_user_key_ = *request;
  response->set_key(key_);
  response->set_version(request->version() == 0 ? 1 : request->version());
  response->set_created(users_.insert(request->user_id()).second);
  response->mutable_create_time()->set_seconds(1700000000);
  response->mutable_create_time()->set_nanos(250000000);
  return Begin();
}

grpc::Status FakeKeyService::Encrypt(grpc::ServerContext*, const v1::EncryptRequest* request,
                                     v1::EncryptResponse* response) {
  sync::MutexLock lock(mutex_);
  const grpc::Status status = Begin();
  return status.ok() ? Answer(*request, *response) : status;
}

grpc::Status FakeKeyService::Decrypt(grpc::ServerContext* context,
                                     const v1::DecryptRequest* request,
                                     v1::DecryptResponse* response) {
  sync::MutexLock lock(mutex_);
  last_decrypt_ = *request;
  const grpc::Status status = Begin();
  if (!status.ok()) context->AddTrailingMetadata("x-request-id", kRequestId);
  return status.ok() ? Answer(*request, *response) : status;
}

template <typename Request, typename Response>
grpc::Status FakeKeyService::Batch(const Request& request, Response& response) {
  sync::MutexLock lock(mutex_);
  const grpc::Status status = Begin();
  if (!status.ok()) return status;
  batch_sizes_.push_back(request.requests_size());
  if (request.requests_size() > 1000 || request.ByteSizeLong() > 2 << 20) {
    return Failure(grpc::StatusCode::INVALID_ARGUMENT, "INVALID_REQUEST", "the batch is too large");
  }
  for (int i = 0; i < request.requests_size() - missing_results_; ++i) {
    auto& result = *response.add_results();
    const grpc::Status item = Answer(request.requests(i), *result.mutable_response());
    if (!item.ok()) result.mutable_status()->ParseFromString(item.error_details());
  }
  return grpc::Status::OK;
}

grpc::Status FakeKeyService::BatchEncrypt(grpc::ServerContext*,
                                          const v1::BatchEncryptRequest* request,
                                          v1::BatchEncryptResponse* response) {
  return Batch(*request, *response);
}

grpc::Status FakeKeyService::BatchDecrypt(grpc::ServerContext*,
                                          const v1::BatchDecryptRequest* request,
                                          v1::BatchDecryptResponse* response) {
  return Batch(*request, *response);
}

grpc::Status FakeKeyService::Rewrap(grpc::ServerContext*, const v1::RewrapRequest* request,
                                    v1::RewrapResponse* response) {
  sync::MutexLock lock(mutex_);
  const grpc::Status status = Begin();
  return status.ok() ? Answer(*request, *response) : status;
}

grpc::Status FakeKeyService::BatchRewrap(grpc::ServerContext*,
                                         const v1::BatchRewrapRequest* request,
                                         v1::BatchRewrapResponse* response) {
  return Batch(*request, *response);
}

grpc::Status FakeKeyService::PoolKey(grpc::ServerContext*, const v1::PoolKeyRequest*,
                                     v1::PoolKeyResponse* response) {
  sync::MutexLock lock(mutex_);
  response->set_key(key_);
  response->set_kek_id("0123456789abcdef");
  return Begin();
}

grpc::Status FakeKeyService::HashApiKey(grpc::ServerContext*, const v1::HashApiKeyRequest* request,
                                        v1::HashApiKeyResponse* response) {
  sync::MutexLock lock(mutex_);
  response->set_sha256_hex(ApiKeyHash(request->api_key()));
  return Begin();
}

grpc::Status FakeKeyService::GetStatus(grpc::ServerContext*, const v1::GetStatusRequest*,
                                       v1::GetStatusResponse* response) {
  sync::MutexLock lock(mutex_);
  response->set_version("9.8.7");
  response->set_encryption_enabled(true);
  response->set_kek_id("0123456789abcdef");
  response->set_store("sqlite");
  response->mutable_limits()->set_max_user_id_bytes(256);
  response->mutable_limits()->set_max_plaintext_bytes(1 << 20);
  response->mutable_limits()->set_max_associated_data_bytes(64 << 10);
  response->mutable_limits()->set_max_batch_items(1000);
  response->mutable_limits()->set_max_batch_bytes(2 << 20);
  response->set_token_format(token_format_);
  return Begin();
}

FakeServer::FakeServer() : FakeServer("127.0.0.1:0", grpc::InsecureServerCredentials()) {}

FakeServer::FakeServer(const std::string& listen,
                       const std::shared_ptr<grpc::ServerCredentials>& credentials) {
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort(listen, credentials, &port);
  builder.RegisterService(&service_);
  builder.RegisterService(&admin_);
  server_ = builder.BuildAndStart();
  if (server_ == nullptr) throw std::runtime_error("the fake server does not start on " + listen);
  address_ = listen.starts_with("unix:") ? listen : "127.0.0.1:" + std::to_string(port);
}

FakeServer::~FakeServer() {
  service_.SetHanging(false);
  server_->Shutdown();
}

}  // namespace keyward::client
