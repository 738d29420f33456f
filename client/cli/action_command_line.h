#ifndef KEYWARD_CLIENT_CLI_ACTION_COMMAND_LINE_H_
#define KEYWARD_CLIENT_CLI_ACTION_COMMAND_LINE_H_

#include <CLI/CLI.hpp>

#include "client/cli/invocation.h"

namespace keyward::cli {

// Gives audit, certs, migrate and policy their actions (`audit verify`), which write what they are
// given to `into`; other verbs nothing.
void AddActions(CLI::App& verb, Invocation& into);

// What the parser leaves to be done for them, once it knows the verb. Throws CLI's own errors, like
// the parser.
void FinishAction(const CLI::App& verb, Invocation& invocation);

}  // namespace keyward::cli

#endif  // KEYWARD_CLIENT_CLI_ACTION_COMMAND_LINE_H_
