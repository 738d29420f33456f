#ifndef KEYWARD_CLIENT_CLI_VERIFY_H_
#define KEYWARD_CLIENT_CLI_VERIFY_H_

#include "client/cli/invocation.h"
#include "client/cli/output.h"

namespace keyward::cli {

// keyward verify: whether a database is sound and each of its keys opens under a KEK that is
// loaded. It owns the database meanwhile, as a server would, and changes nothing in it. kExitOk;
// kExitNo and all that is wrong; kExitUsage where there is no KEK or no database of Keyward's;
// kExitInUse where another process owns it.
ExitStatus VerifyDatabase(const Invocation& invocation, Output& output);

}  // namespace keyward::cli

#endif  // KEYWARD_CLIENT_CLI_VERIFY_H_
