#include "client/cli/migrate_rule.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"

namespace keyward::cli {
namespace {

// A value's secrets go to the server in one call.
constexpr std::size_t kMaxPaths = 100;
constexpr std::size_t kMaxFields = 1000;
// Where a pool's documents hold the key, unless told.
constexpr char kPoolPath[] = "/api_key";

struct KindName {
  std::string_view name;
  RuleKind kind;
};
constexpr std::array kKinds = {
    KindName{"string", RuleKind::kString},
    KindName{"hash", RuleKind::kHash},
    KindName{"pool_hash", RuleKind::kPoolHash},
};

constexpr std::array<std::string_view, 4> kStargazer = {
    "hash stargazer:user_api_keys:{user_id}",
    "hash stargazer:user_llm:{user_id}:*:* field=api_key",
    "pool_hash stargazer:global_api_pool:{service}",
    "pool_hash stargazer:channel_api_pool:{channel_id}:{service}",
};

std::optional<RuleKind> FindKind(std::string_view name) {
  for (const KindName& each : kKinds) {
    if (each.name == name) return each.kind;
  }
  return std::nullopt;
}

template <typename Value>
bool HasTwice(const std::vector<Value>& values) {
  for (auto each = values.begin(); each != values.end(); ++each) {
    if (std::find(values.begin(), each, *each) != each) return true;
  }
  return false;
}

absl::Status CheckScope(const MigrationRule& rule, bool pool_asked_for) {
  if (rule.kind == RuleKind::kPoolHash && pool_asked_for) {
    return absl::InvalidArgumentError("a pool_hash is under the pool's key anyway");
  }
  if (rule.pool && rule.pattern.names_user()) {
    return absl::InvalidArgumentError("values of the pool belong to no user, but it has {user_id}");
  }
  if (!rule.pool && !rule.pattern.names_user()) {
    return absl::InvalidArgumentError(
        "it has no {user_id}, and does not say that its values are the pool's");
  }
  return absl::OkStatus();
}

absl::Status CheckFields(const MigrationRule& rule) {
  if (rule.kind != RuleKind::kHash && !rule.fields.empty()) {
    return absl::InvalidArgumentError("fields can be chosen for the type hash alone");
  }
  if (rule.fields.size() > kMaxFields || rule.paths.size() > kMaxPaths) {
    return absl::InvalidArgumentError(
        absl::StrCat("it has more than ", kMaxFields, " fields or ", kMaxPaths, " JSON paths"));
  }
  if (rule.kind == RuleKind::kPoolHash && rule.paths.size() > 1) {
    return absl::InvalidArgumentError("a pool_hash has one JSON path");
  }
  if (HasTwice(rule.fields) || HasTwice(rule.paths)) {
    return absl::InvalidArgumentError("it names a field or a JSON path twice");
  }
  return absl::OkStatus();
}

absl::StatusOr<MigrationRule> Make(const RuleParts& parts) {
  const std::optional<RuleKind> kind = FindKind(parts.type);
  if (!kind) return absl::InvalidArgumentError("the type is none of string, hash and pool_hash");
  auto pattern = KeyPattern::Parse(parts.pattern);
  if (!pattern.ok()) return pattern.status();
  MigrationRule rule{.name = absl::StrCat(parts.type, " ", parts.pattern),
                     .kind = *kind,
                     .pattern = *std::move(pattern),
                     .pool = parts.pool || *kind == RuleKind::kPoolHash,
                     .fields = parts.fields};
  std::vector<std::string> paths = parts.paths;
  if (*kind == RuleKind::kPoolHash && paths.empty()) paths = {kPoolPath};
  for (const std::string& each : paths) {
    auto path = JsonPath::Parse(each);
    if (!path.ok()) return path.status();
    rule.paths.push_back(*std::move(path));
  }
  absl::Status checked = CheckScope(rule, parts.pool);
  if (checked.ok()) checked = CheckFields(rule);
  if (!checked.ok()) return checked;
  return rule;
}

std::vector<std::string_view> Words(std::string_view text) {
  std::vector<std::string_view> words;
  while (true) {
    const std::size_t begin = text.find_first_not_of(' ');
    if (begin == std::string_view::npos) return words;
    text.remove_prefix(begin);
    words.push_back(text.substr(0, text.find(' ')));
    text.remove_prefix(words.back().size());
  }
}

}  // namespace

client::Scope MigrationRule::ScopeOf(const KeyMatch& match) const {
  if (pool) return client::Scope::Pool();
  return client::Scope::User(match.user_id);
}

absl::StatusOr<MigrationRule> MakeRule(const RuleParts& parts) {
  auto rule = Make(parts);
  if (rule.ok()) return rule;
  return absl::InvalidArgumentError(
      absl::StrCat("rule \"", parts.type, " ", parts.pattern, "\": ", rule.status().message()));
}

absl::StatusOr<MigrationRule> ParseRule(std::string_view text) {
  constexpr std::string_view kField = "field=", kJson = "json=";
  const std::vector<std::string_view> words = Words(text);
  if (words.size() < 2) {
    return absl::InvalidArgumentError(
        absl::StrCat("rule \"", std::string(text), "\": it is not TYPE PATTERN"));
  }
  RuleParts parts{.type = std::string(words[0]), .pattern = std::string(words[1])};
  for (auto word = words.begin() + 2; word != words.end(); ++word) {
    if (word->starts_with(kField)) {
      parts.fields.emplace_back(word->substr(kField.size()));
    } else if (word->starts_with(kJson)) {
      parts.paths.emplace_back(word->substr(kJson.size()));
    } else if (*word == "pool" && !parts.pool) {
      parts.pool = true;
    } else {
      return absl::InvalidArgumentError(absl::StrCat("rule \"", std::string(text),
                                                     "\": ", std::string(*word),
                                                     " is none of field=NAME, json=PATH and pool"));
    }
  }
  return MakeRule(parts);
}

absl::StatusOr<std::vector<MigrationRule>> PresetRules(std::string_view name) {
  if (name != "stargazer") {
    return absl::NotFoundError(
        absl::StrCat("there is no preset ", std::string(name), "; there is stargazer"));
  }
  std::vector<MigrationRule> rules;
  for (const std::string_view text : kStargazer) {
    auto rule = ParseRule(text);
    if (!rule.ok()) return rule.status();
    rules.push_back(*std::move(rule));
  }
  return rules;
}

}  // namespace keyward::cli
