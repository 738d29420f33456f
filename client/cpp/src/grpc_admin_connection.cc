#include "client/cpp/src/grpc_admin_connection.h"

#include <string>
#include <type_traits>
#include <utility>

#include "client/cpp/src/admin_answers.h"
#include "client/cpp/src/requests.h"
#include "client/cpp/src/status_conversion.h"
#include "client/cpp/src/utf8.h"

namespace keyward::client {
namespace {

using Stub = v1::KeyAdminService::Stub;

absl::Status CheckText(std::string_view name, std::string_view text) {
  if (IsUtf8(text)) return absl::OkStatus();
  return RefusedHere("INVALID_REQUEST", std::string(name) + " is not UTF-8");
}

}  // namespace

GrpcAdminConnection::GrpcAdminConnection(const std::shared_ptr<grpc::Channel>& channel,
                                         absl::Duration deadline)
    : stub_(v1::KeyAdminService::NewStub(channel)), deadline_(deadline) {}

template <typename Request, typename Response>
auto GrpcAdminConnection::Call(Method<Request, Response> method, const Request& request) {
  using Result = absl::StatusOr<decltype(Take(std::declval<Response&>()))>;
  auto response = CallUnary(*stub_, method, request, deadline_);
  if (!response.ok()) return Result(response.status());
  return Result(Take(*response));
}

template <typename Request>
absl::StatusOr<UserKeyMetadata> GrpcAdminConnection::Change(Method<Request, v1::UserKey> method,
                                                            std::string_view user_id,
                                                            std::string_view etag,
                                                            Request request) {
  if (const absl::Status wrong = CheckUserId(user_id); !wrong.ok()) return wrong;
  if (const absl::Status wrong = CheckText("etag", etag); !wrong.ok()) return wrong;
  request.set_user_id(std::string(user_id));
  request.set_etag(std::string(etag));
  return Call(method, request);
}

absl::StatusOr<UserKeyMetadata> GrpcAdminConnection::GetUserKey(std::string_view user_id) {
  if (const absl::Status wrong = CheckUserId(user_id); !wrong.ok()) return wrong;
  v1::GetUserKeyRequest request;
  request.set_user_id(std::string(user_id));
  return Call(&Stub::GetUserKey, request);
}

absl::StatusOr<UserKeyPage> GrpcAdminConnection::ListUserKeys(const ListOptions& options) {
  if (const absl::Status wrong = CheckText("filter", options.filter); !wrong.ok()) return wrong;
  if (const absl::Status wrong = CheckText("page_token", options.page_token); !wrong.ok()) {
    return wrong;
  }
  v1::ListUserKeysRequest request;
  request.set_page_size(options.page_size);
  request.set_page_token(options.page_token);
  request.set_filter(options.filter);
  return Call(&Stub::ListUserKeys, request);
}

absl::StatusOr<UserKeyMetadata> GrpcAdminConnection::RotateUserKey(std::string_view user_id,
                                                                   const RotateOptions& options) {
  if (const absl::Status wrong = CheckText("request_id", options.request_id); !wrong.ok()) {
    return wrong;
  }
  v1::RotateUserKeyRequest request;
  request.set_request_id(options.request_id);
  return Change(&Stub::RotateUserKey, user_id, options.etag, std::move(request));
}

absl::StatusOr<UserKeyMetadata> GrpcAdminConnection::DisableUserKey(std::string_view user_id,
                                                                    const VersionOptions& options) {
  v1::DisableUserKeyRequest request;
  request.set_version(options.version);
  return Change(&Stub::DisableUserKey, user_id, options.etag, std::move(request));
}

absl::StatusOr<UserKeyMetadata> GrpcAdminConnection::EnableUserKey(std::string_view user_id,
                                                                   const VersionOptions& options) {
  v1::EnableUserKeyRequest request;
  request.set_version(options.version);
  return Change(&Stub::EnableUserKey, user_id, options.etag, std::move(request));
}

absl::StatusOr<UserKeyMetadata> GrpcAdminConnection::SetMinimumVersion(std::string_view user_id,
                                                                       std::uint32_t min_version,
                                                                       std::string_view etag) {
  v1::SetMinimumVersionRequest request;
  request.set_min_version(min_version);
  return Change(&Stub::SetMinimumVersion, user_id, etag, std::move(request));
}

absl::StatusOr<UserKeyMetadata> GrpcAdminConnection::DeleteUserKey(std::string_view user_id,
                                                                   std::string_view etag) {
  return Change(&Stub::DeleteUserKey, user_id, etag);
}

absl::StatusOr<UserKeyMetadata> GrpcAdminConnection::UndeleteUserKey(std::string_view user_id,
                                                                     std::string_view etag) {
  return Change(&Stub::UndeleteUserKey, user_id, etag);
}

absl::StatusOr<UserKeyMetadata> GrpcAdminConnection::DestroyUserKey(std::string_view user_id,
                                                                    std::string_view etag) {
  return Change(&Stub::DestroyUserKey, user_id, etag);
}

absl::StatusOr<KekStatusResult> GrpcAdminConnection::GetKekStatus() {
  return Call(&Stub::GetKekStatus, v1::GetKekStatusRequest());
}

absl::StatusOr<RewrapProgress> GrpcAdminConnection::RewrapUserKeys(
    std::uint32_t max_keys_per_second) {
  v1::RewrapUserKeysRequest request;
  request.set_max_keys_per_second(max_keys_per_second);
  return Call(&Stub::RewrapUserKeys, request);
}

absl::StatusOr<KekMetadata> GrpcAdminConnection::RetireKek(std::string_view kek_id,
                                                           bool confirm_pool_rewrapped) {
  if (const absl::Status wrong = CheckText("kek_id", kek_id); !wrong.ok()) return wrong;
  v1::RetireKekRequest request;
  request.set_kek_id(std::string(kek_id));
  request.set_confirm_pool_rewrapped(confirm_pool_rewrapped);
  return Call(&Stub::RetireKek, request);
}

absl::StatusOr<VerifyResult> GrpcAdminConnection::VerifyStore() {
  return Call(&Stub::VerifyStore, v1::VerifyStoreRequest());
}

absl::StatusOr<BackupResult> GrpcAdminConnection::Backup(std::string_view file_name) {
  if (const absl::Status wrong = CheckText("file_name", file_name); !wrong.ok()) return wrong;
  v1::BackupRequest request;
  request.set_file_name(std::string(file_name));
  return Call(&Stub::Backup, request);
}

}  // namespace keyward::client
