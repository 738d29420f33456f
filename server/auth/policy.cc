#include "server/auth/policy.h"

#include <algorithm>

#include "server/auth/policy_text.h"

namespace keyward::auth {
namespace {

constexpr PermissionSet kEverything = (1U << kAllPermissions.size()) - 1;

Grant OnAll(std::vector<std::string> principals, PermissionSet permissions) {
  return {.principals = std::move(principals),
          .users = {"*"},
          .on_users = permissions,
          .on_pool = OnPool(permissions)};
}

bool Allows(const Grant& grant, Permission permission, std::optional<std::string_view> user_id) {
  const PermissionSet wanted = SetOf(permission);
  if (!user_id) return (grant.on_pool & wanted) != 0;
  return (grant.on_users & wanted) != 0 && MatchesAny(grant.users, *user_id);
}

}  // namespace

Policy::Policy(std::vector<Grant> grants, std::vector<Limit> limits)
    : grants_(std::make_shared<const std::vector<Grant>>(std::move(grants))),
      limits_(std::make_shared<const std::vector<Limit>>(std::move(limits))) {}

absl::StatusOr<Policy> Policy::Parse(std::string_view text) {
  absl::StatusOr<PolicyRules> rules = ParsePolicyText(text);
  if (!rules.ok()) return rules.status();
  return Policy(std::move(rules->grants), std::move(rules->limits));
}

Policy Policy::WithoutFile() {
  constexpr PermissionSet kValuesAlone =
      kEverything & ~SetOf(Permission::kExport) & ~SetOf(Permission::kAdmin);
  return Policy(
      {OnAll({Principal::Loopback().text(), "unix:*", "spiffe://*", "dns:*", "cn:*"}, kEverything),
       OnAll({Principal::Anonymous().text()}, kValuesAlone)},
      {});
}

std::optional<RateLimit> Policy::LimitOf(const Principal& principal) const {
  const auto limit = std::find_if(limits_->begin(), limits_->end(), [&](const Limit& each) {
    return MatchesAny(each.principals, principal.text());
  });
  if (limit == limits_->end()) return std::nullopt;
  return limit->rate;
}

std::optional<Policy::Reason> Policy::WhyAllowed(const Principal& principal, Permission permission,
                                                 std::optional<std::string_view> user_id) const {
  const auto grant = std::find_if(grants_->begin(), grants_->end(), [&](const Grant& each) {
    return MatchesAny(each.principals, principal.text()) && Allows(each, permission, user_id);
  });
  if (grant == grants_->end()) return std::nullopt;
  return Reason{static_cast<size_t>(grant - grants_->begin()) + 1, grant->line};
}

}  // namespace keyward::auth
