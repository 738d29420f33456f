#include "server/rpc/key_service.h"

#include <grpc/grpc_security_constants.h>
#include <string.h>

#include <utility>

#include "server/auth/peer.h"
#include "server/errors/errors.h"
#include "server/rpc/batch_methods.h"
#include "server/rpc/request_rules.h"
#include "server/rpc/value_messages.h"

namespace keyward::rpc {
namespace {

using absl::Status;

// Encrypt, Decrypt and GetOrCreateUserKey come in numbers; a queue keeps this many slots ready for each.
constexpr size_t kReadyForFrequent = 64;

void Wipe(std::string* text) { explicit_bzero(text->data(), text->size()); }

Status AuthorizeExport(const grpc::ServerContext& context) {
  const auto peer = context.auth_context();
  const auto security = peer->FindPropertyValues(GRPC_TRANSPORT_SECURITY_TYPE_PROPERTY_NAME);
  const std::string type =
      security.empty() ? "" : std::string(security[0].data(), security[0].size());
  return auth::MayExportKeys(auth::ClassifyPeer(type, peer->IsPeerAuthenticated()));
}

template <typename Done>
void HandleGetOrCreateUserKey(keyring::Keyring& keyring,
                              const v1::GetOrCreateUserKeyRequest& request,
                              v1::GetOrCreateUserKeyResponse& response, Done done) {
  if (Status status = CheckUserId(request.user_id()); !status.ok()) return done(status);
  keyring.GetOrCreateUserKey(
      request.user_id(), request.version(),
      [&response, done = std::move(done)](absl::StatusOr<keyring::UserKey> key) mutable {
        if (!key.ok()) return done(key.status());
        response.set_key(std::string(key->key.ExposeSecret()));
        response.set_version(key->version);
        response.set_created(key->created);
        const int64_t seconds = absl::ToUnixSeconds(key->create_time);  // rounds down
        const absl::Duration rest = key->create_time - absl::FromUnixSeconds(seconds);
        response.mutable_create_time()->set_seconds(seconds);
        response.mutable_create_time()->set_nanos(
            static_cast<int32_t>(absl::ToInt64Nanoseconds(rest)));
        done(absl::OkStatus());
      });
}

template <typename Answer, typename Response>
Status FillOrFail(absl::StatusOr<Answer> answer, Response& response) {
  if (answer.ok()) Fill(*std::move(answer), response);
  return answer.status();
}

template <typename Done>
void HandleEncrypt(keyring::Keyring& keyring, const v1::EncryptRequest& request,
                   v1::EncryptResponse& response, Done done) {
  const auto item = ReadItem(request);
  if (!item.ok()) return done(item.status());
  keyring.Encrypt(*item, [&response, done = std::move(done)](auto sealed) mutable {
    done(FillOrFail(std::move(sealed), response));
  });
}

template <typename Done>
void HandleDecrypt(keyring::Keyring& keyring, const v1::DecryptRequest& request,
                   v1::DecryptResponse& response, Done done) {
  const auto item = ReadItem(request);
  if (!item.ok()) return done(item.status());
  keyring.Decrypt(*item, [&response, done = std::move(done)](auto opened) mutable {
    done(FillOrFail(std::move(opened), response));
  });
}

Status FillPoolKey(const keyring::Keyring& keyring, v1::PoolKeyResponse& response) {
  const auto pool = keyring.Pool();
  if (!pool.ok()) return pool.status();
  response.set_key(std::string((*pool)->pool_key().ExposeSecret()));
  response.set_kek_id((*pool)->hex_id());
  return absl::OkStatus();
}

Status FillHash(const v1::HashApiKeyRequest& request, v1::HashApiKeyResponse& response) {
  if (Status status = CheckApiKey(request.api_key()); !status.ok()) return status;
  response.set_sha256_hex(keyring::ApiKeyHash(request.api_key()));
  return absl::OkStatus();
}

void FillStatus(const keyring::Keyring& keyring, const std::string& version,
                const std::string& store, v1::GetStatusResponse& response) {
  response.set_version(version);
  response.set_encryption_enabled(keyring.encryption_enabled());
  response.set_kek_id(keyring.kek_id());
  response.set_store(store);
  response.mutable_limits()->set_max_user_id_bytes(kMaxUserIdBytes);
  response.mutable_limits()->set_max_plaintext_bytes(kMaxPlaintextBytes);
  response.mutable_limits()->set_max_associated_data_bytes(kMaxAssociatedDataBytes);
  response.mutable_limits()->set_max_batch_items(kMaxBatchItems);
  response.mutable_limits()->set_max_batch_bytes(kMaxBatchBytes);
}

}  // namespace

KeyServiceMethods MakeKeyServiceMethods(RawKeyService& service, keyring::Keyring& keyring,
                                        std::string version, std::string store) {
  KeyServiceMethods methods;

  auto& user_key = methods.get_or_create_user_key;
  user_key.request_call = [&service](auto... call) { service.RequestGetOrCreateUserKey(call...); };
  user_key.authorize = AuthorizeExport;
  user_key.handle = [&keyring](const auto& request, auto& response, auto done) {
    HandleGetOrCreateUserKey(keyring, request, response, std::move(done));
  };
  user_key.wipe_response = [](auto& response) { Wipe(response.mutable_key()); };
  user_key.ready_calls = kReadyForFrequent;

  auto& encrypt = methods.encrypt;
  encrypt.request_call = [&service](auto... call) { service.RequestEncrypt(call...); };
  encrypt.handle = [&keyring](const auto& request, auto& response, auto done) {
    HandleEncrypt(keyring, request, response, std::move(done));
  };
  encrypt.wipe_request = [](auto& request) { WipeSecrets(request); };
  encrypt.ready_calls = kReadyForFrequent;

  auto& decrypt = methods.decrypt;
  decrypt.request_call = [&service](auto... call) { service.RequestDecrypt(call...); };
  decrypt.handle = [&keyring](const auto& request, auto& response, auto done) {
    HandleDecrypt(keyring, request, response, std::move(done));
  };
  decrypt.wipe_request = [](auto& request) { WipeSecrets(request); };
  decrypt.wipe_response = [](auto& response) { WipeSecrets(response); };
  decrypt.ready_calls = kReadyForFrequent;

  auto& batch_encrypt = methods.batch_encrypt;
  batch_encrypt.request_call = [&service](auto... call) { service.RequestBatchEncrypt(call...); };
  batch_encrypt.handle = [&keyring](const auto& request, auto& response, auto done) {
    BatchEncrypt(keyring, request, response, std::move(done));
  };

  auto& batch_decrypt = methods.batch_decrypt;
  batch_decrypt.request_call = [&service](auto... call) { service.RequestBatchDecrypt(call...); };
  batch_decrypt.handle = [&keyring](const auto& request, auto& response, auto done) {
    BatchDecrypt(keyring, request, response, std::move(done));
  };

  auto& pool_key = methods.pool_key;
  pool_key.request_call = [&service](auto... call) { service.RequestPoolKey(call...); };
  pool_key.authorize = AuthorizeExport;
  pool_key.handle = [&keyring](const auto&, auto& response, auto done) {
    done(FillPoolKey(keyring, response));
  };
  pool_key.wipe_response = [](auto& response) { Wipe(response.mutable_key()); };

  auto& hash = methods.hash_api_key;
  hash.request_call = [&service](auto... call) { service.RequestHashApiKey(call...); };
  hash.handle = [](const auto& request, auto& response, auto done) {
    done(FillHash(request, response));
  };
  hash.wipe_request = [](auto& request) { Wipe(request.mutable_api_key()); };

  auto& status = methods.get_status;
  status.request_call = [&service](auto... call) { service.RequestGetStatus(call...); };
  status.handle = [&keyring, version = std::move(version), store = std::move(store)](
                      const auto&, auto& response, auto done) {
    FillStatus(keyring, version, store, response);
    done(absl::OkStatus());
  };
  return methods;
}

}  // namespace keyward::rpc
