#include "client/cli/input.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"

namespace keyward::cli {
namespace {

bool IsStandardInput(const std::string& path) { return path.empty() || path == "-"; }

absl::Status CannotRead(const std::string& name, int error) {
  return absl::InvalidArgumentError(absl::StrCat("cannot read ", name, ": ", std::strerror(error)));
}

}  // namespace

absl::StatusOr<InputFile> InputFile::Open(const std::string& path) {
  if (IsStandardInput(path)) return InputFile(STDIN_FILENO, "standard input");
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return CannotRead(path, errno);
  return InputFile(descriptor, path);
}

InputFile::InputFile(int descriptor, std::string name)
    : descriptor_(descriptor), name_(std::move(name)) {}

InputFile::InputFile(InputFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, STDIN_FILENO)), name_(std::move(other.name_)) {}

InputFile::~InputFile() {
  if (descriptor_ != STDIN_FILENO) close(descriptor_);
}

std::optional<std::uint64_t> InputFile::BytesLeft() const {
  struct stat status;
  if (fstat(descriptor_, &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  const off_t position = std::max<off_t>(lseek(descriptor_, 0, SEEK_CUR), 0);
  return static_cast<std::uint64_t>(std::max<off_t>(status.st_size - position, 0));
}

absl::StatusOr<std::size_t> InputFile::Read(char* buffer, std::size_t size) const {
  while (true) {
    const ssize_t count = read(descriptor_, buffer, size);
    if (count >= 0) return static_cast<std::size_t>(count);
    if (errno != EINTR) return CannotRead(name_, errno);
  }
}

absl::StatusOr<std::string> ReadInput(const std::string& path) {
  const absl::StatusOr<InputFile> file = InputFile::Open(path);
  if (!file.ok()) return file.status();
  std::string content;
  std::array<char, 65536> buffer;
  while (content.size() <= kMaxInputBytes) {
    const absl::StatusOr<std::size_t> size = file->Read(buffer.data(), buffer.size());
    if (!size.ok()) return size.status();
    if (*size == 0) return content;
    content.append(buffer.data(), *size);
  }
  return absl::InvalidArgumentError(
      absl::StrCat(file->name(), " is larger than ", kMaxInputBytes >> 20, " MiB"));
}

absl::StatusOr<std::string> ReadAssociatedData(const Invocation& invocation) {
  if (invocation.associated_data_file.empty()) return invocation.associated_data;
  return ReadInput(invocation.associated_data_file);
}

bool IsTerminal(const std::string& path) { return IsStandardInput(path) && isatty(STDIN_FILENO); }

}  // namespace keyward::cli
