#ifndef KEYWARD_CLIENT_CLI_INPUT_H_
#define KEYWARD_CLIENT_CLI_INPUT_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "client/cli/invocation.h"

namespace keyward::cli {

// More than any server takes; a pipe that never ends should not fill the memory.
inline constexpr std::size_t kMaxInputBytes = std::size_t{16} << 20;

// A file that is open for reading, or standard input. Errors name it and say why it cannot be read.
class InputFile {
 public:
  // Standard input where `path` is empty or "-".
  static absl::StatusOr<InputFile> Open(const std::string& path);
  // Closes a file, and leaves standard input alone.
  ~InputFile();

  InputFile(InputFile&& other) noexcept;
  InputFile& operator=(InputFile&&) = delete;

  int descriptor() const { return descriptor_; }
  const std::string& name() const { return name_; }
  // How many bytes are still to come; nullopt where it is no regular file.
  std::optional<std::uint64_t> BytesLeft() const;
  // Up to `size` bytes; 0 at the end.
  absl::StatusOr<std::size_t> Read(char* buffer, std::size_t size) const;

 private:
  InputFile(int descriptor, std::string name);

  int descriptor_;
  std::string name_;
};

// The whole of a file, or of standard input where `path` is empty or "-", byte for byte. The error
// names the file and why it cannot be read, or that it is larger than kMaxInputBytes.
absl::StatusOr<std::string> ReadInput(const std::string& path);

// What --associated-data or --associated-data-file names.
absl::StatusOr<std::string> ReadAssociatedData(const Invocation& invocation);

// Whether ReadInput would wait for someone at a terminal.
bool IsTerminal(const std::string& path);

}  // namespace keyward::cli

#endif  // KEYWARD_CLIENT_CLI_INPUT_H_
