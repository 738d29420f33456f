#ifndef KEYWARD_CLIENT_CLI_COMMAND_TREE_H_
#define KEYWARD_CLIENT_CLI_COMMAND_TREE_H_

#include <string>
#include <vector>

namespace CLI {
class App;
}  // namespace CLI

namespace keyward::cli {

// What an option or an argument takes.
struct ValueKind {
  // Such as "TEXT" or "FILE"; empty: nothing, it is a flag.
  std::string name;
  bool file = false;
  // Where it is one of these.
  std::vector<std::string> choices;
};

struct CommandOption {
  // "-y", "--yes"; an argument has its name alone, such as "BACKUP".
  std::vector<std::string> names;
  ValueKind value;
  std::string description;
  std::string default_value;
  // The variable that stands for it; may be empty.
  std::string environment;
  bool required = false;
  // Of an argument: it may be there more than once.
  bool repeated = false;
};

// A command as it stands in the parser: what tells of the command line is made from this, and so
// cannot fall behind.
struct CommandTree {
  std::string name;
  std::string summary;
  // What --help says below the options, but for where the other options are told.
  std::string details;
  // Options of commands above it may be given too.
  std::vector<CommandOption> options;
  std::vector<CommandOption> arguments;
  std::vector<CommandTree> commands;
};

CommandTree DescribeCommands(const CLI::App& app);

}  // namespace keyward::cli

#endif  // KEYWARD_CLIENT_CLI_COMMAND_TREE_H_
