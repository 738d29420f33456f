#ifndef KEYWARD_SERVER_RPC_ADMIN_RULES_H_
#define KEYWARD_SERVER_RPC_ADMIN_RULES_H_

#include <cstddef>
#include <string_view>

#include "absl/status/status.h"

// What the requests of KeyAdminService may hold; see request_rules.h.
namespace keyward::rpc {

inline constexpr size_t kMaxEtagBytes = 64;
inline constexpr size_t kMaxRequestIdBytes = 64;
inline constexpr size_t kMaxFileNameBytes = 200;

absl::Status CheckEtag(std::string_view etag);
absl::Status CheckRequestId(std::string_view request_id);
// Empty, or a name that leads nowhere else and hides nothing: no slash, no control character, no
// dot first.
absl::Status CheckFileName(std::string_view file_name);

}  // namespace keyward::rpc

#endif  // KEYWARD_SERVER_RPC_ADMIN_RULES_H_
