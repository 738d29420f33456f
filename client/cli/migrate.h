#ifndef KEYWARD_CLIENT_CLI_MIGRATE_H_
#define KEYWARD_CLIENT_CLI_MIGRATE_H_

#include "client/cli/invocation.h"
#include "client/cli/output.h"

namespace keyward::cli {

// migrate redis: finds the values of a live Redis that rules name, and turns them into tokens in
// place, or back, or opens them all; with several calls to the server under way, and in memory that
// does not grow with the number of keys. Nothing is written without --apply.
ExitStatus MigrateRedis(const Invocation& invocation, Output& output);

}  // namespace keyward::cli

#endif  // KEYWARD_CLIENT_CLI_MIGRATE_H_
