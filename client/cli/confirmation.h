#ifndef KEYWARD_CLIENT_CLI_CONFIRMATION_H_
#define KEYWARD_CLIENT_CLI_CONFIRMATION_H_

#include <optional>
#include <string_view>

#include "client/cli/invocation.h"
#include "client/cli/output.h"

namespace keyward::cli {

// Asks on the terminal whether what cannot be undone is meant: `what` is shown, and `word`, which
// `named` says what it is ("the user id"), must be typed. Nothing is asked with --yes. nullopt: go
// on; else the exit status, told already: kExitNo where something else was typed, kExitUsage where
// there is no terminal to ask on.
std::optional<ExitStatus> Refused(const Invocation& invocation, const Output& output,
                                  std::string_view what, std::string_view named,
                                  std::string_view word);

}  // namespace keyward::cli

#endif  // KEYWARD_CLIENT_CLI_CONFIRMATION_H_
