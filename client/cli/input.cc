#include "client/cli/input.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"

namespace keyward::cli {
namespace {

bool IsStandardInput(const std::string& path) { return path.empty() || path == "-"; }

absl::Status CannotRead(const std::string& name, int error) {
  return absl::InvalidArgumentError(absl::StrCat("cannot read ", name, ": ", std::strerror(error)));
}

absl::StatusOr<std::string> ReadAll(int descriptor, const std::string& name) {
  std::string content;
  std::array<char, 65536> buffer;
  while (content.size() <= kMaxInputBytes) {
    const ssize_t size = read(descriptor, buffer.data(), buffer.size());
    if (size == 0) return content;
    if (size < 0 && errno != EINTR) return CannotRead(name, errno);
    if (size > 0) content.append(buffer.data(), static_cast<std::size_t>(size));
  }
  return absl::InvalidArgumentError(
      absl::StrCat(name, " is larger than ", kMaxInputBytes >> 20, " MiB"));
}

}  // namespace

absl::StatusOr<std::string> ReadInput(const std::string& path) {
  if (IsStandardInput(path)) return ReadAll(STDIN_FILENO, "standard input");
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return CannotRead(path, errno);
  const absl::Cleanup closer = [descriptor] { close(descriptor); };
  return ReadAll(descriptor, path);
}

bool IsTerminal(const std::string& path) { return IsStandardInput(path) && isatty(STDIN_FILENO); }

}  // namespace keyward::cli
