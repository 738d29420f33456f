#ifndef KEYWARD_CLIENT_CLI_AUDIT_KEYS_H_
#define KEYWARD_CLIENT_CLI_AUDIT_KEYS_H_

#include <vector>

#include "absl/status/statusor.h"
#include "client/cli/output.h"
#include "server/audit/keys.h"

namespace keyward::cli {

// The keys of audit logs under every KEK that LoadKeks gives; errors as there.
absl::StatusOr<std::vector<audit::AuditKeys>> TakeAuditKeys(const Output& output);

}  // namespace keyward::cli

#endif  // KEYWARD_CLIENT_CLI_AUDIT_KEYS_H_
