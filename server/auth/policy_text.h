#ifndef KEYWARD_SERVER_AUTH_POLICY_TEXT_H_
#define KEYWARD_SERVER_AUTH_POLICY_TEXT_H_

#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "server/auth/grant.h"

namespace keyward::auth {

struct PolicyRules {
  std::vector<Grant> grants;
  std::vector<Limit> limits;
};

// Reads the text format of proto/keyward/policy/v1/policy.proto, and refuses what it cannot have
// been meant to say: rules that do nothing, patterns that match nobody, entries that are there
// twice. The first thing wrong is the error, "LINE:COLUMN: what", INVALID_ARGUMENT.
absl::StatusOr<PolicyRules> ParsePolicyText(std::string_view text);

}  // namespace keyward::auth

#endif  // KEYWARD_SERVER_AUTH_POLICY_TEXT_H_
