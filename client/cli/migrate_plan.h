#ifndef KEYWARD_CLIENT_CLI_MIGRATE_PLAN_H_
#define KEYWARD_CLIENT_CLI_MIGRATE_PLAN_H_

#include <vector>

#include "absl/status/statusor.h"
#include "client/cli/invocation.h"
#include "client/cli/migrate_address.h"
#include "client/cli/migrate_rule.h"
#include "client/cli/migrate_socket.h"
#include "client/cli/migrate_value.h"

namespace keyward::cli {

// What a command line for `migrate redis` means.
struct MigrationPlan {
  MigrationPlan() = default;
  // Wipes the password.
  ~MigrationPlan();
  MigrationPlan(MigrationPlan&&) = default;
  MigrationPlan& operator=(MigrationPlan&&) = delete;

  RedisAddress redis;
  RedisTls tls;
  MigrationMode mode = MigrationMode::kEncrypt;
  bool apply = false;
  std::vector<MigrationRule> rules;
};

// Reads the files that the options name, and KEYWARD_REDIS_PASSWORD of the environment. The status
// says which option is wrong.
absl::StatusOr<MigrationPlan> PlanMigration(const MigrationOptions& options);

}  // namespace keyward::cli

#endif  // KEYWARD_CLIENT_CLI_MIGRATE_PLAN_H_
