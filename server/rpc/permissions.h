#ifndef KEYWARD_SERVER_RPC_PERMISSIONS_H_
#define KEYWARD_SERVER_RPC_PERMISSIONS_H_

#include "absl/status/status.h"
#include "keyward/v1/key_service.pb.h"
#include "server/auth/access.h"

// What a request needs the policy to grant: OK, or errors::PermissionDenied, which names the permission. The
// request need not be a legal one; one that names no scope asks for nothing, and is refused later.
namespace keyward::rpc {

absl::Status Authorize(const auth::Access& access, const v1::EncryptRequest& request);
absl::Status Authorize(const auth::Access& access, const v1::DecryptRequest& request);
absl::Status Authorize(const auth::Access& access, const v1::GetOrCreateUserKeyRequest& request);
absl::Status Authorize(const auth::Access& access, const v1::PoolKeyRequest& request);

}  // namespace keyward::rpc

#endif  // KEYWARD_SERVER_RPC_PERMISSIONS_H_
