#ifndef KEYWARD_CLIENT_CLI_RESTORE_H_
#define KEYWARD_CLIENT_CLI_RESTORE_H_

#include "client/cli/invocation.h"
#include "client/cli/output.h"

namespace keyward::cli {

// keyward restore: puts a backup, once it is verified, in the place of a database, and asks first
// where there is one. It owns both meanwhile.
ExitStatus Restore(const Invocation& invocation, Output& output);

}  // namespace keyward::cli

#endif  // KEYWARD_CLIENT_CLI_RESTORE_H_
