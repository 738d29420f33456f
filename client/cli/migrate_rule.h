#ifndef KEYWARD_CLIENT_CLI_MIGRATE_RULE_H_
#define KEYWARD_CLIENT_CLI_MIGRATE_RULE_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "client/cli/migrate_json.h"
#include "client/cli/migrate_pattern.h"
#include "keyward/scope.h"

namespace keyward::cli {

enum class RuleKind {
  // A key of the type string.
  kString,
  kHash,
  // A hash of API keys for everyone: a field is named by the key's look-up hash, and its value
  // holds
  // the key, encrypted under the pool's. Before the migration the plaintext key is the name.
  kPoolHash,
};

// Which values are secrets, and under whose key they belong.
struct MigrationRule {
  // As reports name it: "hash app:keys:{user_id}".
  std::string name;
  RuleKind kind = RuleKind::kString;
  KeyPattern pattern;
  // Under the pool's key, not a user's.
  bool pool = false;
  // Of a hash; empty: all.
  std::vector<std::string> fields = {};
  // Which strings of a JSON document are the secrets; empty: the whole value. For a pool hash:
  // where a document holds the key.
  std::vector<JsonPath> paths = {};

  // Under whose key the values of a matched key belong.
  client::Scope ScopeOf(const KeyMatch& match) const;
};

// A rule's parts, as they were written.
struct RuleParts {
  std::string type;
  std::string pattern;
  std::vector<std::string> fields = {};
  std::vector<std::string> paths = {};
  bool pool = false;
};

// INVALID_ARGUMENT says what is wrong, with the pattern.
absl::StatusOr<MigrationRule> MakeRule(const RuleParts& parts);

// "TYPE PATTERN [field=NAME]… [json=PATH]… [pool]", separated by spaces.
absl::StatusOr<MigrationRule> ParseRule(std::string_view text);

// The rules of that name; NOT_FOUND where there is none.
absl::StatusOr<std::vector<MigrationRule>> PresetRules(std::string_view name);

}  // namespace keyward::cli

#endif  // KEYWARD_CLIENT_CLI_MIGRATE_RULE_H_
