#ifndef KEYWARD_CLIENT_CLI_AUDIT_H_
#define KEYWARD_CLIENT_CLI_AUDIT_H_

#include "client/cli/invocation.h"
#include "client/cli/output.h"

namespace keyward::cli {

// keyward audit verify: kExitOk where the log is as a server wrote it; kExitNo and the first wrong
// line; kExitUsage where there is no KEK or a file cannot be read.
ExitStatus VerifyAudit(const Invocation& invocation, Output& output);

// keyward audit tail: writes the last lines of a log's newest file, and with --follow those that
// come.
ExitStatus TailAudit(const Invocation& invocation, Output& output);

// The one or the other.
ExitStatus RunAudit(const Invocation& invocation, Output& output);

}  // namespace keyward::cli

#endif  // KEYWARD_CLIENT_CLI_AUDIT_H_
