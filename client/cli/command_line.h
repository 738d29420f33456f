#ifndef KEYWARD_CLIENT_CLI_COMMAND_LINE_H_
#define KEYWARD_CLIENT_CLI_COMMAND_LINE_H_

#include <variant>

#include "client/cli/invocation.h"

namespace keyward::cli {

// What the arguments (and KEYWARD_* in the environment) ask for; or the exit status, where help,
// the version or a usage error has been printed and nothing is left to do.
std::variant<Invocation, ExitStatus> ParseCommandLine(int argc, const char* const* argv);

}  // namespace keyward::cli

#endif  // KEYWARD_CLIENT_CLI_COMMAND_LINE_H_
