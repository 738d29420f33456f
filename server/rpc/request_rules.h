#ifndef KEYWARD_SERVER_RPC_REQUEST_RULES_H_
#define KEYWARD_SERVER_RPC_REQUEST_RULES_H_

#include <cstddef>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/keyring/keyring.h"

// What a request may hold. Every failure is errors::InvalidRequest, and names field and rule.
namespace keyward::rpc {

inline constexpr size_t kMaxUserIdBytes = 256;
inline constexpr size_t kMaxPlaintextBytes = 1024 * 1024;
inline constexpr size_t kMaxAssociatedDataBytes = 64 * 1024;

// `field` holds at most `max` bytes.
absl::Status CheckSize(absl::string_view field, size_t size, size_t max);
// 1 to kMaxUserIdBytes bytes without NUL; that it is UTF-8, the message's parser has seen to.
absl::Status CheckUserId(std::string_view user_id);
absl::Status CheckPlaintext(std::string_view plaintext);
absl::Status CheckAssociatedData(std::string_view associated_data);
// No longer than the token of the longest plaintext.
absl::Status CheckToken(std::string_view token);
absl::Status CheckApiKey(std::string_view api_key);

// The scope of an EncryptRequest, DecryptRequest or RewrapRequest, as a view of it.
template <typename Request>
absl::StatusOr<keyring::Scope> ReadScope(const Request& request);

}  // namespace keyward::rpc

#endif  // KEYWARD_SERVER_RPC_REQUEST_RULES_H_
