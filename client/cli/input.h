#ifndef KEYWARD_CLIENT_CLI_INPUT_H_
#define KEYWARD_CLIENT_CLI_INPUT_H_

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"

namespace keyward::cli {

// More than any server takes; a pipe that never ends should not fill the memory.
inline constexpr std::size_t kMaxInputBytes = std::size_t{16} << 20;

// The whole of a file, or of standard input where `path` is empty or "-", byte for byte. The error
// names the file and why it cannot be read, or that it is larger than kMaxInputBytes.
absl::StatusOr<std::string> ReadInput(const std::string& path);

// Whether ReadInput would wait for someone at a terminal.
bool IsTerminal(const std::string& path);

}  // namespace keyward::cli

#endif  // KEYWARD_CLIENT_CLI_INPUT_H_
