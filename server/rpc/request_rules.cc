#include "server/rpc/request_rules.h"

#include "absl/strings/str_cat.h"
#include "keyward/v1/key_service.pb.h"
#include "server/errors/errors.h"
#include "server/keyring/token.h"

namespace keyward::rpc {

absl::Status CheckSize(absl::string_view field, size_t size, size_t max) {
  if (size <= max) return absl::OkStatus();
  return errors::InvalidRequest(absl::StrCat(field, " is longer than ", max, " bytes"));
}

absl::Status CheckUserId(std::string_view user_id) {
  if (user_id.empty()) return errors::InvalidRequest("user_id is empty");
  if (user_id.find('\0') != std::string_view::npos) {
    return errors::InvalidRequest("user_id holds a NUL");
  }
  return CheckSize("user_id", user_id.size(), kMaxUserIdBytes);
}

absl::Status CheckPlaintext(std::string_view plaintext) {
  return CheckSize("plaintext", plaintext.size(), kMaxPlaintextBytes);
}

absl::Status CheckAssociatedData(std::string_view associated_data) {
  return CheckSize("associated_data", associated_data.size(), kMaxAssociatedDataBytes);
}

absl::Status CheckToken(std::string_view token) {
  return CheckSize("token", token.size(), keyring::TokenSize(kMaxPlaintextBytes));
}

absl::Status CheckApiKey(std::string_view api_key) {
  return CheckSize("api_key", api_key.size(), kMaxPlaintextBytes);
}

template <typename Request>
absl::StatusOr<keyring::Scope> ReadScope(const Request& request) {
  if (request.has_user_id()) {
    if (absl::Status status = CheckUserId(request.user_id()); !status.ok()) return status;
    return keyring::Scope{std::string_view(request.user_id())};
  }
  if (request.pool()) return keyring::Scope{};
  return errors::InvalidRequest("scope is unset: give user_id, or pool: true");
}

template absl::StatusOr<keyring::Scope> ReadScope(const v1::EncryptRequest& request);
template absl::StatusOr<keyring::Scope> ReadScope(const v1::DecryptRequest& request);
template absl::StatusOr<keyring::Scope> ReadScope(const v1::RewrapRequest& request);

}  // namespace keyward::rpc
