#ifndef KEYWARD_CLIENT_CLI_VERB_FOOTER_H_
#define KEYWARD_CLIENT_CLI_VERB_FOOTER_H_

#include <string>
#include <string_view>

#include "client/cli/help.h"

namespace keyward::cli {

// What a verb's --help ends in, and its part of the manual does not.
inline constexpr std::string_view kFooterEnd =
    "\n\nThe options for address, TLS and output: keyward --help";

// What a verb's --help says below its options.
std::string VerbFooter(const VerbHelp& verb);

}  // namespace keyward::cli

#endif  // KEYWARD_CLIENT_CLI_VERB_FOOTER_H_
