#include "server/rpc/value_messages.h"

#include <string.h>

#include <string>
#include <utility>

#include "server/rpc/request_rules.h"

namespace keyward::rpc {
namespace {

void Wipe(std::string& text) { explicit_bzero(text.data(), text.size()); }

}  // namespace

absl::StatusOr<keyring::EncryptItem> ReadItem(const v1::EncryptRequest& request) {
  const auto scope = ReadScope(request);
  if (!scope.ok()) return scope.status();
  if (absl::Status status = CheckPlaintext(request.plaintext()); !status.ok()) return status;
  if (absl::Status status = CheckAssociatedData(request.associated_data()); !status.ok()) {
    return status;
  }
  const auto format = ReadTokenFormat(request.token_format());
  if (!format.ok()) return format.status();
  return keyring::EncryptItem{.scope = *scope,
                              .plaintext = request.plaintext(),
                              .associated_data = request.associated_data(),
                              .format = *format};
}

absl::StatusOr<keyring::DecryptItem> ReadItem(const v1::DecryptRequest& request) {
  const auto scope = ReadScope(request);
  if (!scope.ok()) return scope.status();
  if (absl::Status status = CheckToken(request.token()); !status.ok()) return status;
  if (absl::Status status = CheckAssociatedData(request.associated_data()); !status.ok()) {
    return status;
  }
  return keyring::DecryptItem{.scope = *scope,
                              .token = request.token(),
                              .associated_data = request.associated_data(),
                              .allow_legacy_plaintext = request.allow_legacy_plaintext()};
}

absl::StatusOr<keyring::RewrapItem> ReadItem(const v1::RewrapRequest& request) {
  const auto scope = ReadScope(request);
  if (!scope.ok()) return scope.status();
  if (absl::Status status = CheckToken(request.token()); !status.ok()) return status;
  if (absl::Status status = CheckAssociatedData(request.associated_data()); !status.ok()) {
    return status;
  }
  return keyring::RewrapItem{
      .scope = *scope, .token = request.token(), .associated_data = request.associated_data()};
}

void Fill(keyring::Encrypted sealed, v1::EncryptResponse& response) {
  response.set_token(std::move(sealed.token));
  response.set_key_version(sealed.key_version);
  response.set_kek_id(std::move(sealed.kek_id));
}

void Fill(keyring::Decrypted opened, v1::DecryptResponse& response) {
  response.set_plaintext(std::move(opened.plaintext));
  response.set_key_version(opened.key_version);
  response.set_kek_id(std::move(opened.kek_id));
  response.set_legacy_plaintext(opened.legacy_plaintext);
  response.set_stale(opened.stale);
}

void Fill(keyring::Rewrapped rewrapped, v1::RewrapResponse& response) {
  response.set_token(std::move(rewrapped.token));
  response.set_key_version(rewrapped.key_version);
  response.set_changed(rewrapped.changed);
  response.set_kek_id(std::move(rewrapped.kek_id));
}

void WipeSecrets(v1::EncryptRequest& request) { Wipe(*request.mutable_plaintext()); }

// A legacy value is a plaintext that came as a token.
void WipeSecrets(v1::DecryptRequest& request) { Wipe(*request.mutable_token()); }

// It may be a plaintext, sent by mistake.
void WipeSecrets(v1::RewrapRequest& request) { Wipe(*request.mutable_token()); }

void WipeSecrets(v1::DecryptResponse& response) { Wipe(*response.mutable_plaintext()); }

}  // namespace keyward::rpc
