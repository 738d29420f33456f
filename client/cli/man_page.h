#ifndef KEYWARD_CLIENT_CLI_MAN_PAGE_H_
#define KEYWARD_CLIENT_CLI_MAN_PAGE_H_

#include <string>

#include "client/cli/command_tree.h"

namespace keyward::cli {

// keyward.1, in the language of man(7).
std::string ManPage(const CommandTree& tree);

}  // namespace keyward::cli

#endif  // KEYWARD_CLIENT_CLI_MAN_PAGE_H_
