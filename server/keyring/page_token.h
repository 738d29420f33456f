#ifndef KEYWARD_SERVER_KEYRING_PAGE_TOKEN_H_
#define KEYWARD_SERVER_KEYRING_PAGE_TOKEN_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

// Where a list goes on: base64url of the first 16 hex digits of SHA-256(filter) and the last user
// id that was looked at. It names no more than the caller could ask for without it.
namespace keyward::keyring {

std::string MakePageToken(std::string_view filter, std::string_view last_user_id);

// The last user id. errors::InvalidRequest for what is no token, and for one of another filter.
absl::StatusOr<std::string> ParsePageToken(std::string_view filter, std::string_view token);

}  // namespace keyward::keyring

#endif  // KEYWARD_SERVER_KEYRING_PAGE_TOKEN_H_
