#ifndef KEYWARD_CLIENT_CLI_VERIFY_ONLINE_H_
#define KEYWARD_CLIENT_CLI_VERIFY_ONLINE_H_

#include "client/cli/invocation.h"
#include "client/cli/output.h"

namespace keyward::cli {

// keyward verify --online: has the server unwrap every key of its store, whichever that is, while
// it serves. kExitOk; kExitNo where keys do not open, or the call fails.
ExitStatus VerifyOnline(const Invocation& invocation, Output& output);

}  // namespace keyward::cli

#endif  // KEYWARD_CLIENT_CLI_VERIFY_ONLINE_H_
