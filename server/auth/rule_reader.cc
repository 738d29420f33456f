#include "server/auth/rule_reader.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "server/auth/pattern_rules.h"
#include "server/auth/text_rule.h"

namespace keyward::auth {
namespace {

using GrantMessage = policy::v1::Grant;
using LimitMessage = policy::v1::Limit;
using Places = ::google::protobuf::TextFormat::ParseInfoTree;
using Patterns = ::google::protobuf::RepeatedPtrField<std::string>;

constexpr double kMinCallsPerSecond = 0.001;
constexpr double kMaxCallsPerSecond = 1'000'000;
constexpr uint32_t kMaxBurst = 1'000'000;

// Appends the patterns of a field, without runs of stars.
template <typename Fault>
absl::Status ReadPatterns(const TextRule& rule, int field, const Patterns& patterns,
                          const Fault& fault, std::vector<std::string>& into) {
  absl::flat_hash_set<std::string> seen;
  for (int i = 0; i < patterns.size(); ++i) {
    const std::string& pattern = patterns[i];
    if (const auto what = fault(pattern)) {
      return rule.Error(field, i, absl::StrCat(TextRule::Quoted(pattern), " ", *what));
    }
    into.push_back(WithSingleStars(pattern));
    if (!seen.insert(into.back()).second) {
      return rule.Error(field, i, absl::StrCat(TextRule::Quoted(pattern), " is there twice"));
    }
  }
  return absl::OkStatus();
}

template <typename Message>
absl::StatusOr<std::vector<std::string>> ReadPrincipals(const TextRule& rule,
                                                        const Message& message) {
  if (message.principals().empty()) return rule.Error("has no principals");
  std::vector<std::string> principals;
  absl::Status status = ReadPatterns(rule, Message::kPrincipalsFieldNumber, message.principals(),
                                     PrincipalPatternFault, principals);
  if (!status.ok()) return status;
  return principals;
}

absl::StatusOr<PermissionSet> ReadPermissions(const TextRule& rule, const GrantMessage& message) {
  if (message.permissions().empty()) return rule.Error("has no permissions");
  PermissionSet permissions = 0;
  for (int i = 0; i < message.permissions_size(); ++i) {
    const int number = message.permissions(i);
    // The message counts them from 1, in the same order.
    if (number < 1 || number > static_cast<int>(kAllPermissions.size())) {
      return rule.Error(GrantMessage::kPermissionsFieldNumber, i,
                        absl::StrCat("there is no permission ", number));
    }
    const PermissionSet permission = SetOf(kAllPermissions[static_cast<size_t>(number - 1)]);
    if ((permissions & permission) != 0) {
      return rule.Error(
          GrantMessage::kPermissionsFieldNumber, i,
          absl::StrCat(policy::v1::Permission_Name(message.permissions(i)), " is there twice"));
    }
    permissions |= permission;
  }
  return permissions;
}

absl::StatusOr<Grant> ReadGrant(const TextRule& rule, const GrantMessage& message) {
  Grant grant{.line = rule.line()};
  absl::StatusOr<std::vector<std::string>> principals = ReadPrincipals(rule, message);
  if (!principals.ok()) return principals.status();
  grant.principals = *std::move(principals);
  const absl::StatusOr<PermissionSet> permissions = ReadPermissions(rule, message);
  if (!permissions.ok()) return permissions.status();
  grant.on_users = *permissions;
  if (message.pool()) grant.on_pool = OnPool(*permissions);
  absl::Status status = ReadPatterns(rule, GrantMessage::kUsersFieldNumber, message.users(),
                                     UserPatternFault, grant.users);
  if (!status.ok()) return status;
  if (grant.users.empty() && !message.pool()) return rule.Error("has neither users nor the pool");
  if (grant.users.empty() && (*permissions & SetOf(Permission::kAdmin)) != 0) {
    return rule.Error("has ADMIN, which is on users, and names none");
  }
  return grant;
}

absl::StatusOr<RateLimit> ReadRate(const TextRule& rule, const LimitMessage& message) {
  RateLimit rate;
  if (!message.has_calls_per_second() && !message.has_calls_at_once()) {
    return rule.Error("has neither calls_per_second nor calls_at_once");
  }
  if (message.has_calls_per_second()) {
    rate.calls_per_second = message.calls_per_second();
    // Written so that NaN fails, too.
    if (!(rate.calls_per_second >= kMinCallsPerSecond &&
          rate.calls_per_second <= kMaxCallsPerSecond)) {
      return rule.Error(LimitMessage::kCallsPerSecondFieldNumber, -1,
                        "calls_per_second is 0.001 to 1000000");
    }
    rate.burst = std::max(1.0, std::floor(rate.calls_per_second));
  }
  if (message.has_burst()) {
    if (!message.has_calls_per_second()) {
      return rule.Error(LimitMessage::kBurstFieldNumber, -1, "burst needs calls_per_second");
    }
    if (message.burst() < 1 || message.burst() > kMaxBurst) {
      return rule.Error(LimitMessage::kBurstFieldNumber, -1, "burst is 1 to 1000000");
    }
    rate.burst = message.burst();
  }
  if (message.has_calls_at_once() && message.calls_at_once() < 1) {
    return rule.Error(LimitMessage::kCallsAtOnceFieldNumber, -1, "calls_at_once is at least 1");
  }
  rate.calls_at_once = message.calls_at_once();
  return rate;
}

absl::StatusOr<Limit> ReadLimit(const TextRule& rule, const LimitMessage& message) {
  absl::StatusOr<std::vector<std::string>> principals = ReadPrincipals(rule, message);
  if (!principals.ok()) return principals.status();
  const absl::StatusOr<RateLimit> rate = ReadRate(rule, message);
  if (!rate.ok()) return rate.status();
  return Limit{*std::move(principals), *rate};
}

absl::Status ReadGrants(const policy::v1::Policy& message, const Places& places,
                        PolicyRules& rules) {
  TextRules texts("grant", places, message.GetDescriptor(), policy::v1::Policy::kGrantsFieldNumber);
  absl::flat_hash_map<std::string, int> numbers;
  for (int i = 0; i < message.grants_size(); ++i) {
    const TextRule rule = texts.Next();
    absl::StatusOr<Grant> grant = ReadGrant(rule, message.grants(i));
    if (!grant.ok()) return grant.status();
    const auto [same, is_new] = numbers.try_emplace(message.grants(i).SerializeAsString(), i + 1);
    if (!is_new) return rule.Error(absl::StrCat("says the same as grant ", same->second));
    rules.grants.push_back(*std::move(grant));
  }
  return absl::OkStatus();
}

absl::Status ReadLimits(const policy::v1::Policy& message, const Places& places,
                        PolicyRules& rules) {
  TextRules texts("limit", places, message.GetDescriptor(), policy::v1::Policy::kLimitsFieldNumber);
  absl::flat_hash_map<std::string, int> numbers;
  for (int i = 0; i < message.limits_size(); ++i) {
    const TextRule rule = texts.Next();
    absl::StatusOr<Limit> limit = ReadLimit(rule, message.limits(i));
    if (!limit.ok()) return limit.status();
    for (const std::string& principal : limit->principals) {
      auto earlier = numbers.find("*");
      if (earlier == numbers.end()) earlier = numbers.find(principal);
      if (earlier != numbers.end()) {
        return rule.Error(absl::StrCat("never holds for ", TextRule::Quoted(principal), ": limit ",
                                       earlier->second, " comes first"));
      }
    }
    for (const std::string& principal : limit->principals) numbers.emplace(principal, i + 1);
    rules.limits.push_back(*std::move(limit));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<PolicyRules> ReadRules(const policy::v1::Policy& message, const Places& places) {
  PolicyRules rules;
  if (absl::Status status = ReadGrants(message, places, rules); !status.ok()) return status;
  if (absl::Status status = ReadLimits(message, places, rules); !status.ok()) return status;
  // So that a file caught between being emptied and being written denies nobody.
  if (rules.grants.empty()) return ErrorAt({}, "there is no grant: it would deny everything");
  return rules;
}

}  // namespace keyward::auth
