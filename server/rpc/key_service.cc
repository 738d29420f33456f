#include "server/rpc/key_service.h"

#include <string.h>

#include <algorithm>
#include <utility>

#include "server/errors/errors.h"
#include "server/rpc/batch_methods.h"
#include "server/rpc/permissions.h"
#include "server/rpc/request_rules.h"
#include "server/rpc/timestamps.h"
#include "server/rpc/value_messages.h"

namespace keyward::rpc {
namespace {

using absl::Status;
using Scope = audit::Event::Scope;

// Encrypt, Decrypt and GetOrCreateUserKey come in numbers; a queue keeps this many slots ready for
// each.
constexpr size_t kReadyForFrequent = 64;

void Wipe(std::string* text) { explicit_bzero(text->data(), text->size()); }

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
        Fill(key->create_time, *response.mutable_create_time());
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

template <typename Done>
void HandleRewrap(keyring::Keyring& keyring, const v1::RewrapRequest& request,
                  v1::RewrapResponse& response, Done done) {
  const auto item = ReadItem(request);
  if (!item.ok()) return done(item.status());
  keyring.Rewrap(*item, [&response, done = std::move(done)](auto rewrapped) mutable {
    done(FillOrFail(std::move(rewrapped), response));
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
  response.set_token_format(keyring.token_format() == keyring::TokenFormat::kV3
                                ? v1::TOKEN_FORMAT_V3
                                : v1::TOKEN_FORMAT_V2);
  response.mutable_limits()->set_max_user_id_bytes(kMaxUserIdBytes);
  response.mutable_limits()->set_max_plaintext_bytes(kMaxPlaintextBytes);
  response.mutable_limits()->set_max_associated_data_bytes(kMaxAssociatedDataBytes);
  response.mutable_limits()->set_max_batch_items(kMaxBatchItems);
  response.mutable_limits()->set_max_batch_bytes(kMaxBatchBytes);
}

constexpr auto kAuthorize = [](const auth::Access& access, const auto& request) {
  return Authorize(access, request);
};

constexpr auto kRecordValue = [](const auto& request, const auto& response, const Status& status,
                                 AuditRecords& records) {
  records.Add(ScopeOf(request), request.user_id(), response.key_version(), status);
};

int64_t CountOf(const BatchRequest& request) {
  return std::max<int64_t>(1, BatchReader::Count(request).value_or(1));
}

void RecordBatch(const BatchRequest&, const BatchResponse& response, const Status& status,
                 AuditRecords& records) {
  if (!status.ok()) return records.Add(Scope::kNone, "", 0, status);
  uint32_t place = 0;
  for (const ItemRecord& item : response.records) {
    records.Add(item.scope, item.user_id, item.key_version, item.status, place++);
  }
}

}  // namespace

KeyServiceMethods MakeKeyServiceMethods(RawKeyService& service, keyring::Keyring& keyring,
                                        std::string version, std::string store) {
  KeyServiceMethods methods;
  const auto announce = [&keyring](const auto& request) {
    if (request.has_user_id()) keyring.Announce(request.user_id());
  };

  auto& user_key = methods.get_or_create_user_key;
  user_key.name = "GetOrCreateUserKey";
  user_key.request_call = [&service](auto... call) { service.RequestGetOrCreateUserKey(call...); };
  user_key.authorize = kAuthorize;
  user_key.handle = [&keyring](const CallScene&, const auto& request, auto& response, auto done) {
    HandleGetOrCreateUserKey(keyring, request, response, std::move(done));
  };
  user_key.record = [](const auto& request, const auto& response, const Status& status,
                       AuditRecords& records) {
    records.Add(Scope::kUser, request.user_id(), response.version(), status);
  };
  user_key.wipe_response = [](auto& response) { Wipe(response.mutable_key()); };
  user_key.ready_calls = kReadyForFrequent;

  auto& encrypt = methods.encrypt;
  encrypt.name = "Encrypt";
  encrypt.request_call = [&service](auto... call) { service.RequestEncrypt(call...); };
  encrypt.announce = announce;
  encrypt.authorize = kAuthorize;
  encrypt.handle = [&keyring](const CallScene&, const auto& request, auto& response, auto done) {
    HandleEncrypt(keyring, request, response, std::move(done));
  };
  encrypt.record = kRecordValue;
  encrypt.wipe_request = [](auto& request) { WipeSecrets(request); };
  encrypt.ready_calls = kReadyForFrequent;

  auto& decrypt = methods.decrypt;
  decrypt.name = "Decrypt";
  decrypt.request_call = [&service](auto... call) { service.RequestDecrypt(call...); };
  decrypt.announce = announce;
  decrypt.authorize = kAuthorize;
  decrypt.handle = [&keyring](const CallScene&, const auto& request, auto& response, auto done) {
    HandleDecrypt(keyring, request, response, std::move(done));
  };
  decrypt.record = kRecordValue;
  decrypt.wipe_request = [](auto& request) { WipeSecrets(request); };
  decrypt.wipe_response = [](auto& response) { WipeSecrets(response); };
  decrypt.ready_calls = kReadyForFrequent;

  auto& batch_encrypt = methods.batch_encrypt;
  batch_encrypt.name = "BatchEncrypt";
  batch_encrypt.request_call = [&service](auto... call) { service.RequestBatchEncrypt(call...); };
  batch_encrypt.count = CountOf;
  batch_encrypt.handle = [&keyring](const CallScene& scene, const auto& request, auto& response,
                                    auto done) {
    BatchEncrypt(keyring, scene, request, response, std::move(done));
  };
  batch_encrypt.record = RecordBatch;

  auto& batch_decrypt = methods.batch_decrypt;
  batch_decrypt.name = "BatchDecrypt";
  batch_decrypt.request_call = [&service](auto... call) { service.RequestBatchDecrypt(call...); };
  batch_decrypt.count = CountOf;
  batch_decrypt.handle = [&keyring](const CallScene& scene, const auto& request, auto& response,
                                    auto done) {
    BatchDecrypt(keyring, scene, request, response, std::move(done));
  };
  batch_decrypt.record = RecordBatch;

  auto& rewrap = methods.rewrap;
  rewrap.name = "Rewrap";
  rewrap.request_call = [&service](auto... call) { service.RequestRewrap(call...); };
  rewrap.announce = announce;
  rewrap.authorize = kAuthorize;
  rewrap.handle = [&keyring](const CallScene&, const auto& request, auto& response, auto done) {
    HandleRewrap(keyring, request, response, std::move(done));
  };
  rewrap.record = kRecordValue;
  rewrap.wipe_request = [](auto& request) { WipeSecrets(request); };

  auto& batch_rewrap = methods.batch_rewrap;
  batch_rewrap.name = "BatchRewrap";
  batch_rewrap.request_call = [&service](auto... call) { service.RequestBatchRewrap(call...); };
  batch_rewrap.count = CountOf;
  batch_rewrap.handle = [&keyring](const CallScene& scene, const auto& request, auto& response,
                                   auto done) {
    BatchRewrap(keyring, scene, request, response, std::move(done));
  };
  batch_rewrap.record = RecordBatch;

  auto& pool_key = methods.pool_key;
  pool_key.name = "PoolKey";
  pool_key.request_call = [&service](auto... call) { service.RequestPoolKey(call...); };
  pool_key.authorize = kAuthorize;
  pool_key.handle = [&keyring](const CallScene&, const auto&, auto& response, auto done) {
    done(FillPoolKey(keyring, response));
  };
  pool_key.record = [](const auto&, const auto&, const Status& status, AuditRecords& records) {
    records.Add(Scope::kPool, "", 0, status);
  };
  pool_key.wipe_response = [](auto& response) { Wipe(response.mutable_key()); };

  auto& hash = methods.hash_api_key;
  hash.name = "HashApiKey";
  hash.request_call = [&service](auto... call) { service.RequestHashApiKey(call...); };
  hash.handle = [](const CallScene&, const auto& request, auto& response, auto done) {
    done(FillHash(request, response));
  };
  hash.record = [](const auto&, const auto&, const Status& status, AuditRecords& records) {
    records.Add(Scope::kNone, "", 0, status);
  };
  hash.wipe_request = [](auto& request) { Wipe(request.mutable_api_key()); };

  auto& status = methods.get_status;
  status.name = "GetStatus";
  status.request_call = [&service](auto... call) { service.RequestGetStatus(call...); };
  status.handle = [&keyring, version = std::move(version), store = std::move(store)](
                      const CallScene&, const auto&, auto& response, auto done) {
    FillStatus(keyring, version, store, response);
    done(absl::OkStatus());
  };
  return methods;
}

}  // namespace keyward::rpc
