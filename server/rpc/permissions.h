#ifndef KEYWARD_SERVER_RPC_PERMISSIONS_H_
#define KEYWARD_SERVER_RPC_PERMISSIONS_H_

#include <string_view>

#include "absl/status/status.h"
#include "keyward/v1/key_service.pb.h"
#include "server/auth/access.h"

// What a request needs the policy to grant: OK, or errors::PermissionDenied, which names the
// permission. The request need not be a legal one; one that names no scope asks for nothing, and is
// refused later.
namespace keyward::rpc {

absl::Status Authorize(const auth::Access& access, const v1::EncryptRequest& request);
absl::Status Authorize(const auth::Access& access, const v1::DecryptRequest& request);
absl::Status Authorize(const auth::Access& access, const v1::RewrapRequest& request);
absl::Status Authorize(const auth::Access& access, const v1::GetOrCreateUserKeyRequest& request);
absl::Status Authorize(const auth::Access& access, const v1::PoolKeyRequest& request);

// What KeyAdminService asks for: admin on the user that a request names, or, where it names none,
// on every one.
absl::Status AuthorizeAdmin(const auth::Access& access, std::string_view user_id);
absl::Status AuthorizeAdminOfAll(const auth::Access& access);

}  // namespace keyward::rpc

#endif  // KEYWARD_SERVER_RPC_PERMISSIONS_H_
