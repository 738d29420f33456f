#ifndef KEYWARD_CLIENT_CLI_TERMINAL_TEXT_H_
#define KEYWARD_CLIENT_CLI_TERMINAL_TEXT_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace keyward::cli {

// The text without anything that could steer a terminal.
std::string Harmless(std::string_view text);

// Characters, not bytes.
std::size_t Width(std::string_view text);

}  // namespace keyward::cli

#endif  // KEYWARD_CLIENT_CLI_TERMINAL_TEXT_H_
