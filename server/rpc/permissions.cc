#include "server/rpc/permissions.h"

#include <optional>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "server/auth/permission.h"
#include "server/errors/errors.h"

namespace keyward::rpc {
namespace {

using auth::Permission;
using UserId = std::optional<std::string_view>;

absl::Status NotGranted(Permission permission, absl::string_view where) {
  const std::string_view name = auth::PermissionName(permission);
  return errors::PermissionDenied(absl::StrCat(
      "the policy does not grant ", absl::string_view(name.data(), name.size()), " on ", where));
}

absl::Status Require(const auth::Access& access, Permission permission, UserId user_id) {
  if (access.Allows(permission, user_id)) return absl::OkStatus();
  return NotGranted(permission, user_id ? "this user" : "the pool");
}

template <typename Request>
absl::Status RequireOnScope(const auth::Access& access, Permission permission,
                            const Request& request) {
  if (request.has_user_id()) return Require(access, permission, request.user_id());
  return request.pool() ? Require(access, permission, std::nullopt) : absl::OkStatus();
}

}  // namespace

absl::Status Authorize(const auth::Access& access, const v1::EncryptRequest& request) {
  return RequireOnScope(access, Permission::kEncrypt, request);
}

absl::Status Authorize(const auth::Access& access, const v1::DecryptRequest& request) {
  absl::Status status = RequireOnScope(access, Permission::kDecrypt, request);
  if (!status.ok() || !request.allow_legacy_plaintext()) return status;
  return RequireOnScope(access, Permission::kLegacyPlaintext, request);
}

absl::Status Authorize(const auth::Access& access, const v1::RewrapRequest& request) {
  return RequireOnScope(access, Permission::kRewrap, request);
}

absl::Status Authorize(const auth::Access& access, const v1::GetOrCreateUserKeyRequest& request) {
  return Require(access, Permission::kExport, request.user_id());
}

absl::Status Authorize(const auth::Access& access, const v1::PoolKeyRequest&) {
  return Require(access, Permission::kExport, std::nullopt);
}

absl::Status AuthorizeAdmin(const auth::Access& access, std::string_view user_id) {
  return Require(access, Permission::kAdmin, user_id);
}

absl::Status AuthorizeAdminOfAll(const auth::Access& access) {
  if (access.AllowsOnEveryUser(Permission::kAdmin)) return absl::OkStatus();
  return NotGranted(Permission::kAdmin, "every user");
}

}  // namespace keyward::rpc
