#ifndef KEYWARD_CLIENT_CLI_MISSING_COMMAND_H_
#define KEYWARD_CLIENT_CLI_MISSING_COMMAND_H_

#include <optional>
#include <string>

namespace CLI {
class App;
}  // namespace CLI

namespace keyward::cli {

// Where a command line ends before a command that has to come, or names one that there is not:
// which ones there are, such as "key takes a command: list, get, …". What was typed in its place is
// not repeated: it may be a secret. To be asked of an app whose parsing failed; nullopt where that
// was for another reason.
std::optional<std::string> MissingCommand(const CLI::App& app);

}  // namespace keyward::cli

#endif  // KEYWARD_CLIENT_CLI_MISSING_COMMAND_H_
