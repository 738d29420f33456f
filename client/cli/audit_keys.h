#ifndef KEYWARD_CLIENT_CLI_AUDIT_KEYS_H_
#define KEYWARD_CLIENT_CLI_AUDIT_KEYS_H_

#include <vector>

#include "absl/status/statusor.h"
#include "server/audit/keys.h"

namespace keyward::cli {

// The keys of audit logs under every KEK that API_KEY_MASTER_KEY and API_KEY_MASTER_KEY_PREVIOUS,
// or their _FILE forms, hold, as a server reads them. INVALID_ARGUMENT where there is none, or one
// is malformed.
absl::StatusOr<std::vector<audit::AuditKeys>> TakeAuditKeys();

}  // namespace keyward::cli

#endif  // KEYWARD_CLIENT_CLI_AUDIT_KEYS_H_
