#include "keyward/admin_client.h"

#include <openssl/rand.h>

#include <array>
#include <string>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/string_view.h"
#include "client/cpp/src/channel.h"
#include "client/cpp/src/grpc_admin_connection.h"

namespace keyward::client {
namespace {

// 128 random bits as text.
absl::StatusOr<std::string> NewRequestId() {
  std::array<unsigned char, 16> bytes;
  if (RAND_bytes(bytes.data(), bytes.size()) != 1) {
    return absl::InternalError("the system has no random bytes");
  }
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}

}  // namespace

absl::StatusOr<AdminClient> AdminClient::New(const ClientOptions& options) {
  auto channel = MakeChannel(options);
  if (!channel.ok()) return channel.status();
  return AdminClient(std::make_shared<GrpcAdminConnection>(*channel, options.deadline));
}

AdminClient::AdminClient(std::shared_ptr<AdminConnection> connection)
    : connection_(std::move(connection)) {}

absl::StatusOr<UserKeyMetadata> AdminClient::GetUserKey(std::string_view user_id) const {
  return connection_->GetUserKey(user_id);
}

absl::StatusOr<UserKeyPage> AdminClient::ListUserKeys(const ListOptions& options) const {
  return connection_->ListUserKeys(options);
}

absl::StatusOr<UserKeyMetadata> AdminClient::RotateUserKey(std::string_view user_id,
                                                           const RotateOptions& options) const {
  if (!options.request_id.empty()) return connection_->RotateUserKey(user_id, options);
  absl::StatusOr<std::string> request_id = NewRequestId();
  if (!request_id.ok()) return request_id.status();
  return connection_->RotateUserKey(user_id, {*std::move(request_id), options.etag});
}

absl::StatusOr<UserKeyMetadata> AdminClient::DisableUserKey(std::string_view user_id,
                                                            const VersionOptions& options) const {
  return connection_->DisableUserKey(user_id, options);
}

absl::StatusOr<UserKeyMetadata> AdminClient::EnableUserKey(std::string_view user_id,
                                                           const VersionOptions& options) const {
  return connection_->EnableUserKey(user_id, options);
}

absl::StatusOr<UserKeyMetadata> AdminClient::SetMinimumVersion(std::string_view user_id,
                                                               std::uint32_t min_version,
                                                               std::string_view etag) const {
  return connection_->SetMinimumVersion(user_id, min_version, etag);
}

absl::StatusOr<UserKeyMetadata> AdminClient::DeleteUserKey(std::string_view user_id,
                                                           std::string_view etag) const {
  return connection_->DeleteUserKey(user_id, etag);
}

absl::StatusOr<UserKeyMetadata> AdminClient::UndeleteUserKey(std::string_view user_id,
                                                             std::string_view etag) const {
  return connection_->UndeleteUserKey(user_id, etag);
}

absl::StatusOr<UserKeyMetadata> AdminClient::DestroyUserKey(std::string_view user_id,
                                                            std::string_view etag) const {
  return connection_->DestroyUserKey(user_id, etag);
}

absl::StatusOr<KekStatusResult> AdminClient::GetKekStatus() const {
  return connection_->GetKekStatus();
}

absl::StatusOr<RewrapProgress> AdminClient::RewrapUserKeys(
    std::uint32_t max_keys_per_second) const {
  return connection_->RewrapUserKeys(max_keys_per_second);
}

absl::StatusOr<KekMetadata> AdminClient::RetireKek(std::string_view kek_id,
                                                   bool confirm_pool_rewrapped) const {
  return connection_->RetireKek(kek_id, confirm_pool_rewrapped);
}

absl::StatusOr<VerifyResult> AdminClient::VerifyStore() const { return connection_->VerifyStore(); }

absl::StatusOr<BackupResult> AdminClient::Backup(std::string_view file_name) const {
  return connection_->Backup(file_name);
}

}  // namespace keyward::client
