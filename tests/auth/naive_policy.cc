#include "tests/auth/naive_policy.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace keyward::auth {
namespace {

bool AnyMatches(const std::vector<std::string>& patterns, std::string_view text) {
  for (const std::string& pattern : patterns) {
    if (NaiveGlobMatches(pattern, text)) return true;
  }
  return false;
}

bool Allows(const NaiveGrant& grant, std::string_view principal, Permission permission,
            std::optional<std::string_view> user_id) {
  bool has_permission = false;
  for (const Permission each : grant.permissions) has_permission |= each == permission;
  if (!has_permission || !AnyMatches(grant.principals, principal)) return false;
  if (user_id) return AnyMatches(grant.users, *user_id);
  return grant.pool && permission != Permission::kAdmin;
}

}  // namespace

std::optional<size_t> NaiveFirstGrant(const std::vector<NaiveGrant>& grants,
                                      std::string_view principal, Permission permission,
                                      std::optional<std::string_view> user_id) {
  for (size_t i = 0; i < grants.size(); ++i) {
    if (Allows(grants[i], principal, permission, user_id)) return i;
  }
  return std::nullopt;
}

std::string ToText(const std::vector<NaiveGrant>& grants) {
  std::string text;
  for (const NaiveGrant& grant : grants) {
    absl::StrAppend(&text, "grants {\n");
    for (const auto& each : grant.principals)
      absl::StrAppend(&text, "  principals: \"", each, "\"\n");
    for (const Permission each : grant.permissions) {
      const std::string name(PermissionName(each));
      absl::StrAppend(&text, "  permissions: ", absl::AsciiStrToUpper(name), "\n");
    }
    for (const auto& each : grant.users) absl::StrAppend(&text, "  users: \"", each, "\"\n");
    if (grant.pool) absl::StrAppend(&text, "  pool: true\n");
    absl::StrAppend(&text, "}\n");
  }
  return text;
}

}  // namespace keyward::auth
