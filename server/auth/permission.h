#ifndef KEYWARD_SERVER_AUTH_PERMISSION_H_
#define KEYWARD_SERVER_AUTH_PERMISSION_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace keyward::auth {

// What each lets a principal do stands in proto/keyward/policy/v1/policy.proto.
enum class Permission : uint8_t {
  kEncrypt,
  kDecrypt,
  kExport,
  kRewrap,
  kLegacyPlaintext,
  kAdmin,
};

inline constexpr std::array kAllPermissions = {
    Permission::kEncrypt, Permission::kDecrypt,         Permission::kExport,
    Permission::kRewrap,  Permission::kLegacyPlaintext, Permission::kAdmin,
};

// A set of permissions, a bit each.
using PermissionSet = uint8_t;

constexpr PermissionSet SetOf(Permission permission) {
  return static_cast<PermissionSet>(1U << static_cast<unsigned>(permission));
}

// What of a grant holds on the pool: an admin call is about users.
constexpr PermissionSet OnPool(PermissionSet permissions) {
  return static_cast<PermissionSet>(permissions & ~SetOf(Permission::kAdmin));
}

// Such as "legacy_plaintext", in messages and on command lines.
std::string_view PermissionName(Permission permission);
std::optional<Permission> PermissionNamed(std::string_view name);

}  // namespace keyward::auth

#endif  // KEYWARD_SERVER_AUTH_PERMISSION_H_
