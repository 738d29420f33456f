#include "client/cpp/src/requests.h"

#include <string>
#include <utility>

#include "client/cpp/src/status_conversion.h"
#include "client/cpp/src/utf8.h"

namespace keyward::client {
namespace {

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

}  // namespace

absl::Status CheckUserId(std::string_view user_id) {
  if (IsUtf8(user_id)) return absl::OkStatus();
  return RefusedHere("INVALID_REQUEST", "user_id is not UTF-8");
}

absl::Status Fill(v1::EncryptRequest& request, const Scope& scope, std::string_view plaintext,
                  std::string_view associated_data, TokenFormat format) {
  request.set_plaintext(std::string(plaintext));
  request.set_associated_data(std::string(associated_data));
  request.set_token_format(static_cast<v1::TokenFormat>(format));
  return SetScope(scope, request);
}

absl::Status Fill(v1::DecryptRequest& request, const Scope& scope, std::string_view token,
                  const DecryptOptions& options) {
  request.set_token(std::string(token));
  request.set_associated_data(options.associated_data);
  request.set_allow_legacy_plaintext(options.allow_legacy_plaintext);
  if (absl::Status wrong = SetScope(scope, request); !wrong.ok()) return wrong;
  return CheckToken(token, options.allow_legacy_plaintext);
}

absl::Status Fill(v1::RewrapRequest& request, const Scope& scope, std::string_view token,
                  std::string_view associated_data) {
  request.set_token(std::string(token));
  request.set_associated_data(std::string(associated_data));
  if (absl::Status wrong = SetScope(scope, request); !wrong.ok()) return wrong;
  return CheckToken(token, /*allow_legacy_plaintext=*/false);
}

EncryptResult Take(v1::EncryptResponse& response) {
  return {std::move(*response.mutable_token()), response.key_version(),
          std::move(*response.mutable_kek_id())};
}

DecryptResult Take(v1::DecryptResponse& response) {
  return {std::move(*response.mutable_plaintext()), response.key_version(),
          std::move(*response.mutable_kek_id()), response.legacy_plaintext(), response.stale()};
}

RewrapResult Take(v1::RewrapResponse& response) {
  return {std::move(*response.mutable_token()), response.key_version(), response.changed(),
          std::move(*response.mutable_kek_id())};
}

absl::StatusOr<EncryptResult> Take(v1::BatchEncryptResult& result) {
  if (!result.has_response()) return FromStatusDetails(result.status());
  return Take(*result.mutable_response());
}

absl::StatusOr<DecryptResult> Take(v1::BatchDecryptResult& result) {
  if (!result.has_response()) return FromStatusDetails(result.status());
  return Take(*result.mutable_response());
}

absl::StatusOr<RewrapResult> Take(v1::BatchRewrapResult& result) {
  if (!result.has_response()) return FromStatusDetails(result.status());
  return Take(*result.mutable_response());
}

}  // namespace keyward::client
