#include "server/auth/permission.h"

namespace keyward::auth {

std::string_view PermissionName(Permission permission) {
  constexpr std::array<std::string_view, kAllPermissions.size()> kNames = {
      "encrypt", "decrypt", "export", "rewrap", "legacy_plaintext", "admin",
  };
  return kNames[static_cast<size_t>(permission)];
}

std::optional<Permission> PermissionNamed(std::string_view name) {
  for (const Permission each : kAllPermissions) {
    if (PermissionName(each) == name) return each;
  }
  return std::nullopt;
}

}  // namespace keyward::auth
