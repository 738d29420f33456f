#ifndef KEYWARD_CLIENT_CLI_BACKUP_H_
#define KEYWARD_CLIENT_CLI_BACKUP_H_

#include "client/cli/invocation.h"
#include "client/cli/output.h"

namespace keyward::cli {

// keyward backup: has the server write a copy of its store, and tells where it is. kExitNo where
// keys in it do not open.
ExitStatus MakeBackup(const Invocation& invocation, Output& output);

}  // namespace keyward::cli

#endif  // KEYWARD_CLIENT_CLI_BACKUP_H_
