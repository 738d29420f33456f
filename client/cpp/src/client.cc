#include "keyward/client.h"

#include <utility>

#include "client/cpp/src/channel.h"
#include "client/cpp/src/grpc_connection.h"

namespace keyward::client {

absl::StatusOr<Client> Client::New(const ClientOptions& options) {
  auto channel = MakeChannel(options);
  if (!channel.ok()) return channel.status();
  return Client(std::make_shared<GrpcConnection>(*channel, options.deadline));
}

Client::Client(std::shared_ptr<Connection> connection) : connection_(std::move(connection)) {}

absl::StatusOr<EncryptResult> Client::Encrypt(const Scope& scope, std::string_view plaintext,
                                              std::string_view associated_data,
                                              TokenFormat format) const {
  return connection_->Encrypt(scope, plaintext, associated_data, format);
}

absl::StatusOr<DecryptResult> Client::Decrypt(const Scope& scope, std::string_view token,
                                              const DecryptOptions& options) const {
  return connection_->Decrypt(scope, token, options);
}

absl::StatusOr<RewrapResult> Client::Rewrap(const Scope& scope, std::string_view token,
                                            std::string_view associated_data) const {
  return connection_->Rewrap(scope, token, associated_data);
}

absl::StatusOr<EncryptResults> Client::BatchEncrypt(absl::Span<const EncryptItem> items) const {
  return connection_->BatchEncrypt(items);
}

absl::StatusOr<DecryptResults> Client::BatchDecrypt(absl::Span<const DecryptItem> items) const {
  return connection_->BatchDecrypt(items);
}

absl::StatusOr<RewrapResults> Client::BatchRewrap(absl::Span<const RewrapItem> items) const {
  return connection_->BatchRewrap(items);
}

absl::StatusOr<UserKeyResult> Client::GetOrCreateUserKey(std::string_view user_id,
                                                         std::uint32_t version) const {
  return connection_->GetOrCreateUserKey(user_id, version);
}

absl::StatusOr<PoolKeyResult> Client::PoolKey() const { return connection_->PoolKey(); }

absl::StatusOr<std::string> Client::HashApiKey(std::string_view api_key) const {
  return connection_->HashApiKey(api_key);
}

absl::StatusOr<StatusResult> Client::GetStatus() const { return connection_->GetStatus(); }

}  // namespace keyward::client
