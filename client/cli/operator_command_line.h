#ifndef KEYWARD_CLIENT_CLI_OPERATOR_COMMAND_LINE_H_
#define KEYWARD_CLIENT_CLI_OPERATOR_COMMAND_LINE_H_

#include <CLI/CLI.hpp>

#include "client/cli/invocation.h"

namespace keyward::cli {

// key, kek, backup, restore, import and legacy, which write what they are given to `into`.
void AddOperatorVerbs(CLI::App& app, Invocation& into);

// What the parser leaves to be done for them, once it knows the verb.
void FinishOperatorVerb(const CLI::App& app, Invocation& invocation);

}  // namespace keyward::cli

#endif  // KEYWARD_CLIENT_CLI_OPERATOR_COMMAND_LINE_H_
