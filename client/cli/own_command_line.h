#ifndef KEYWARD_CLIENT_CLI_OWN_COMMAND_LINE_H_
#define KEYWARD_CLIENT_CLI_OWN_COMMAND_LINE_H_

#include <CLI/CLI.hpp>
#include <optional>
#include <string>

namespace keyward::cli {

// completion and man, which tell of the command line itself.
void AddOwnVerbs(CLI::App& app);

// What they print, where the command line that `app` has parsed asks for that.
std::optional<std::string> OwnText(const CLI::App& app);

}  // namespace keyward::cli

#endif  // KEYWARD_CLIENT_CLI_OWN_COMMAND_LINE_H_
