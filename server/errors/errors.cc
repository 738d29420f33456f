#include "server/errors/errors.h"

#include <algorithm>
#include <array>
#include <string>

#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace keyward::errors {
namespace {

constexpr absl::string_view kReasonUrl = "keyward/reason";
// Nanoseconds in decimal, where the delay is not the same for every error of the reason.
constexpr absl::string_view kDelayUrl = "keyward/retry-delay";

struct Retry {
  absl::string_view reason;
  absl::Duration after;
};

// Long enough that a herd of callers does not make matters worse, short enough that none gives up.
constexpr std::array kRetries = {
    Retry{"STORE_UNAVAILABLE", absl::Milliseconds(500)},
    Retry{"DRAINING", absl::Milliseconds(200)},
    Retry{"AUDIT_UNAVAILABLE", absl::Milliseconds(500)},
    Retry{"OVERLOADED", absl::Milliseconds(100)},
};

// Where the distribution builds Abseil for C++14, absl::string_view is a type of its own.
absl::string_view View(std::string_view text) { return {text.data(), text.size()}; }

absl::Status Error(absl::StatusCode code, absl::string_view reason, absl::string_view message) {
  absl::Status status(code, message);
  status.SetPayload(kReasonUrl, absl::Cord(reason));
  return status;
}

absl::Status FailedPrecondition(absl::string_view reason, absl::string_view message) {
  return Error(absl::StatusCode::kFailedPrecondition, reason, message);
}

}  // namespace

absl::Status InvalidRequest(std::string_view what) {
  return Error(absl::StatusCode::kInvalidArgument, "INVALID_REQUEST", View(what));
}

absl::Status TokenMalformed() {
  return Error(absl::StatusCode::kInvalidArgument, "TOKEN_MALFORMED",
               "token is empty, not base64url, or too short");
}

absl::Status DecryptionFailed() {
  return Error(absl::StatusCode::kInvalidArgument, "DECRYPTION_FAILED",
               "token does not open under this scope's key and associated data");
}

absl::Status UserKeyNotFound() {
  return Error(absl::StatusCode::kNotFound, "USER_KEY_NOT_FOUND", "the user has no key");
}

absl::Status UserKeyVersionNotFound() {
  return Error(absl::StatusCode::kNotFound, "USER_KEY_NOT_FOUND",
               "the user has no key of that version");
}

absl::Status UserKeyDisabled() {
  return FailedPrecondition("USER_KEY_DISABLED", "the user's key is disabled");
}

absl::Status UserKeyDeleted() {
  return FailedPrecondition("USER_KEY_DELETED", "the user's key is deleted");
}

absl::Status UserKeyDestroyed() {
  return FailedPrecondition("USER_KEY_DESTROYED", "the user's key is destroyed");
}

absl::Status VersionTooOld() {
  return FailedPrecondition("VERSION_TOO_OLD",
                            "the version is below the minimum that the user's key allows");
}

absl::Status EncryptionDisabled() {
  return FailedPrecondition("ENCRYPTION_DISABLED",
                            "encryption is disabled: the server has no usable master key");
}

absl::Status LegacyShared(std::string_view what) {
  return FailedPrecondition(
      "LEGACY_SHARED",
      absl::StrCat(View(what), " would leave behind the Python module, which shares the keys"));
}

absl::Status KekNotLoaded(std::string_view kek_id) {
  return FailedPrecondition(
      "KEK_NOT_LOADED", absl::StrCat("the user's key is wrapped under master key ", View(kek_id),
                                     ", which is not loaded"));
}

absl::Status KekInUse(std::string_view why) {
  return FailedPrecondition("KEK_IN_USE",
                            absl::StrCat("the master key is still needed: ", View(why)));
}

absl::Status EtagMismatch() {
  return Error(absl::StatusCode::kAborted, "ETAG_MISMATCH",
               "the user's key was changed since this etag was read");
}

absl::Status StoredKeyCorrupt() {
  return Error(absl::StatusCode::kDataLoss, "STORED_KEY_CORRUPT",
               "the user's stored key is damaged or does not belong to this user");
}

absl::Status StoreUnavailable(std::string_view what) {
  return Error(absl::StatusCode::kUnavailable, "STORE_UNAVAILABLE",
               absl::StrCat("the key store is unavailable: ", View(what)));
}

absl::Status Draining() {
  return Error(absl::StatusCode::kUnavailable, "DRAINING", "the server is shutting down");
}

absl::Status AuditUnavailable() {
  return Error(absl::StatusCode::kUnavailable, "AUDIT_UNAVAILABLE",
               "the call could not be recorded in the audit log");
}

absl::Status Overloaded(std::string_view what) {
  return Error(absl::StatusCode::kResourceExhausted, "OVERLOADED", View(what));
}

absl::Status RateLimited(std::string_view what, absl::Duration retry_after) {
  absl::Status status = Error(absl::StatusCode::kResourceExhausted, "RATE_LIMITED", View(what));
  status.SetPayload(kDelayUrl, absl::Cord(absl::StrCat(absl::ToInt64Nanoseconds(retry_after))));
  return status;
}

absl::Status Unauthenticated(std::string_view what) {
  return Error(absl::StatusCode::kUnauthenticated, "UNAUTHENTICATED", View(what));
}

absl::Status PermissionDenied(std::string_view what) {
  return Error(absl::StatusCode::kPermissionDenied, "PERMISSION_DENIED", View(what));
}

std::string Reason(const absl::Status& status) {
  return std::string(status.GetPayload(kReasonUrl).value_or(absl::Cord()));
}

std::optional<absl::Duration> RetryDelay(const absl::Status& status) {
  if (const auto delay = status.GetPayload(kDelayUrl)) {
    int64_t nanoseconds = 0;
    if (!absl::SimpleAtoi(std::string(*delay), &nanoseconds)) return std::nullopt;
    return absl::Nanoseconds(nanoseconds);
  }
  const std::string reason = Reason(status);
  const auto* retry = std::find_if(kRetries.begin(), kRetries.end(),
                                   [&](const Retry& each) { return each.reason == reason; });
  if (retry == kRetries.end()) return std::nullopt;
  return retry->after;
}

}  // namespace keyward::errors
