#include "tests/auth/naive_policy.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

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

std::string PermissionWord(Permission permission) {
  return absl::AsciiStrToUpper(std::string(PermissionName(permission)));
}

// In either quotes, some bytes as escapes.
std::string Quoted(std::string_view text, testing::Chance& chance) {
  const char* quote = chance.OneIn(2) ? "'" : "\"";
  std::string quoted = quote;
  for (const char byte : text) {
    const auto number = static_cast<unsigned char>(byte);
    if (chance.OneIn(4)) {
      absl::StrAppend(&quoted, chance.OneIn(2) ? absl::StrFormat("\\x%02x", number)
                                               : absl::StrFormat("\\%03o", number));
    } else {
      quoted += byte;
    }
  }
  return quoted + quote;
}

// Each value by itself, or all of them as a list.
std::string Field(const char* name, const std::vector<std::string>& values,
                  testing::Chance& chance) {
  if (values.empty()) return "";
  if (chance.OneIn(2)) return absl::StrCat(name, ": [", absl::StrJoin(values, " , "), "]; ");
  std::string text;
  for (const std::string& value : values) absl::StrAppend(&text, name, ":", value, "\n");
  return text;
}

}  // namespace

bool NaiveOnEveryUser(const std::vector<NaiveGrant>& grants, std::string_view principal,
                      Permission permission) {
  for (const NaiveGrant& grant : grants) {
    for (const std::string& user : grant.users) {
      const bool every = user.find_first_not_of('*') == user.npos;
      if (every && Allows(grant, principal, permission, "x")) return true;
    }
  }
  return false;
}

std::optional<size_t> NaiveFirstLimit(const std::vector<NaiveLimit>& limits,
                                      std::string_view principal) {
  for (size_t i = 0; i < limits.size(); ++i) {
    if (AnyMatches(limits[i].principals, principal)) return i;
  }
  return std::nullopt;
}

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
      absl::StrAppend(&text, "  permissions: ", PermissionWord(each), "\n");
    }
    for (const auto& each : grant.users) absl::StrAppend(&text, "  users: \"", each, "\"\n");
    if (grant.pool) absl::StrAppend(&text, "  pool: true\n");
    absl::StrAppend(&text, "}\n");
  }
  return text;
}

std::string ToText(const std::vector<NaiveLimit>& limits) {
  std::string text;
  for (const NaiveLimit& limit : limits) {
    absl::StrAppend(&text, "limits {\n");
    for (const auto& each : limit.principals)
      absl::StrAppend(&text, "  principals: \"", each, "\"\n");
    absl::StrAppend(&text, "  calls_at_once: ", limit.calls_at_once, "\n}\n");
  }
  return text;
}

std::string ToOtherText(const std::vector<NaiveGrant>& grants, testing::Chance& chance) {
  std::string text;
  for (const NaiveGrant& grant : grants) {
    std::vector<std::string> principals, permissions, users;
    for (const auto& each : grant.principals) principals.push_back(Quoted(each, chance));
    for (const auto& each : grant.users) users.push_back(Quoted(each, chance));
    for (const Permission each : grant.permissions) {
      const int number = static_cast<int>(each) - static_cast<int>(kAllPermissions[0]) + 1;
      permissions.push_back(chance.OneIn(4) ? absl::StrCat(number) : PermissionWord(each));
    }
    std::vector<std::string> fields = {Field("principals", principals, chance),
                                       Field("permissions", permissions, chance),
                                       Field("users", users, chance)};
    if (grant.pool) fields.emplace_back("pool: true ");
    if (chance.OneIn(2)) std::reverse(fields.begin(), fields.end());
    if (chance.OneIn(2)) fields.emplace_back("# users: '*' permissions: EXPORT\n");
    const bool angles = chance.OneIn(2);
    absl::StrAppend(&text, angles ? "grants <" : "grants: {", absl::StrJoin(fields, " "),
                    angles ? ">" : "}");
  }
  return text;
}

}  // namespace keyward::auth
