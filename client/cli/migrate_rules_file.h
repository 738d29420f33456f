#ifndef KEYWARD_CLIENT_CLI_MIGRATE_RULES_FILE_H_
#define KEYWARD_CLIENT_CLI_MIGRATE_RULES_FILE_H_

#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "client/cli/migrate_rule.h"

namespace keyward::cli {

// {"rules":[{"type":"hash","pattern":"…","fields":["…"],"json":["…"],"scope":"pool"}]}: a member
// that is unknown, twice there or of another type refuses the whole.
absl::StatusOr<std::vector<MigrationRule>> ParseRulesFile(std::string_view text);

}  // namespace keyward::cli

#endif  // KEYWARD_CLIENT_CLI_MIGRATE_RULES_FILE_H_
