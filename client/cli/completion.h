#ifndef KEYWARD_CLIENT_CLI_COMPLETION_H_
#define KEYWARD_CLIENT_CLI_COMPLETION_H_

#include <string>

#include "client/cli/command_tree.h"

namespace keyward::cli {

// Scripts that make a shell complete commands, options, and values that are files or one of a few.
// They hold all they need: nothing is run, and no server asked, when they complete.
std::string BashCompletion(const CommandTree& tree);
std::string ZshCompletion(const CommandTree& tree);
std::string FishCompletion(const CommandTree& tree);

}  // namespace keyward::cli

#endif  // KEYWARD_CLIENT_CLI_COMPLETION_H_
