#ifndef KEYWARD_CLIENT_CPP_INCLUDE_KEYWARD_ERRORS_H_
#define KEYWARD_CLIENT_CPP_INCLUDE_KEYWARD_ERRORS_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"

// How to read a failed call. Its absl::Status has the canonical code and a message for people,
// which never holds a plaintext, a key or a token, and which may change. A program should look at
// the code, or at the reason:
//
//   if (ErrorReason(token.status()) == "USER_KEY_DISABLED") { … }
//
// Every google.rpc detail that the server sent is also a payload of the status, under its type URL
// (such as "type.googleapis.com/google.rpc.ErrorInfo"), serialized as it came.
namespace keyward::client {

// Keyward's reason, such as "USER_KEY_NOT_FOUND"; a reason never changes its meaning. Empty where
// the error is not Keyward's own: a server that cannot be reached, a deadline that passed, a bug.
std::string ErrorReason(const absl::Status& status);

// After how long the server says that trying again may help; nullopt where it said nothing. By then
// the client's own retries (ClientOptions::retry) have been used up.
std::optional<absl::Duration> RetryDelay(const absl::Status& status);

// What the server's logs know the failed call by; empty where the server did not answer, and for an
// item of a batch. It is the payload "keyward/x-request-id" of the status.
std::string RequestId(const absl::Status& status);

}  // namespace keyward::client

#endif  // KEYWARD_CLIENT_CPP_INCLUDE_KEYWARD_ERRORS_H_
