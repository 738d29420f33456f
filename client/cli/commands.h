#ifndef KEYWARD_CLIENT_CLI_COMMANDS_H_
#define KEYWARD_CLIENT_CLI_COMMANDS_H_

#include "client/cli/invocation.h"
#include "client/cli/output.h"

namespace keyward::cli {

// Does what the invocation asks for: reads the input, calls the server, writes the result or why
// there is none.
ExitStatus Run(const Invocation& invocation, Output& output);

}  // namespace keyward::cli

#endif  // KEYWARD_CLIENT_CLI_COMMANDS_H_
