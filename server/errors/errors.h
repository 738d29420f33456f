#ifndef KEYWARD_SERVER_ERRORS_ERRORS_H_
#define KEYWARD_SERVER_ERRORS_ERRORS_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"

// The errors of Keyward's contract, one function each. Every status carries the reason that callers
// see in google.rpc.ErrorInfo, and, where trying again may help, after how long. No message ever
// holds a plaintext, key bytes or a token.
namespace keyward::errors {

// INVALID_ARGUMENT: `what` names the field and the rule, never the value.
absl::Status InvalidRequest(std::string_view what);
absl::Status TokenMalformed();
// One message for every cause, so that it gives nothing away.
absl::Status DecryptionFailed();

// NOT_FOUND
absl::Status UserKeyNotFound();
// The user has a key, but not of the version that was asked for; the reason is the same.
absl::Status UserKeyVersionNotFound();

// FAILED_PRECONDITION
absl::Status UserKeyDisabled();
absl::Status UserKeyDeleted();
absl::Status UserKeyDestroyed();
absl::Status VersionTooOld();
absl::Status EncryptionDisabled();
// While --legacy_db is shared: `what` is something that the Python module could not follow.
absl::Status LegacyShared(std::string_view what);
// `kek_id`: 16 hex digits.
absl::Status KekNotLoaded(std::string_view kek_id);
// A master key that is still needed; `why` says for what.
absl::Status KekInUse(std::string_view why);

// ABORTED: the user was changed since the caller looked.
absl::Status EtagMismatch();

// DATA_LOSS
absl::Status StoredKeyCorrupt();

// UNAVAILABLE; `what` is for operators: the engine's own words, no row's content.
absl::Status StoreUnavailable(std::string_view what);
absl::Status Draining();
// The call was not recorded, and so must not be answered otherwise.
absl::Status AuditUnavailable();

// RESOURCE_EXHAUSTED
absl::Status Overloaded(std::string_view what = "too many calls are in flight on this server");
// `what` names the caller's limit; `retry_after` is when it may let a call in again.
absl::Status RateLimited(std::string_view what, absl::Duration retry_after);

// UNAUTHENTICATED: `what` says what the credentials lack, and repeats nothing of them.
absl::Status Unauthenticated(std::string_view what);

// PERMISSION_DENIED
absl::Status PermissionDenied(std::string_view what);

// The reason of a status that one of the functions above made, such as "USER_KEY_NOT_FOUND"; empty
// for any other status.
std::string Reason(const absl::Status& status);

// After how long the caller may try again; nullopt where that would not help.
std::optional<absl::Duration> RetryDelay(const absl::Status& status);

}  // namespace keyward::errors

#endif  // KEYWARD_SERVER_ERRORS_ERRORS_H_
