#include "server/master_key_source.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/keyring/kek.h"

namespace keyward {
namespace {

constexpr char kCurrent[] = "API_KEY_MASTER_KEY";
constexpr char kPrevious[] = "API_KEY_MASTER_KEY_PREVIOUS";

// A file of more than this is no list of master keys.
constexpr size_t kMaxFileBytes = 64 * 1024;

// The text of a secret, wiped when it ends, and where it came from.
struct SecretText {
  SecretText() = default;
  SecretText(SecretText&& other) noexcept
      : text(std::move(other.text)), source(std::move(other.source)) {
    crypto::Wipe(other.text);
  }
  SecretText& operator=(SecretText&&) = delete;
  ~SecretText() { crypto::Wipe(text); }
  std::string text;
  std::string source;  // the variable, and its file where there is one
};

// The variable's value, which is overwritten where it stands; empty where it is unset.
SecretText TakeVariable(const char* name) {
  SecretText taken;
  taken.source = name;
  if (char* value = std::getenv(name)) {
    taken.text = value;
    crypto::Wipe(value, taken.text.size());
    unsetenv(name);
  }
  return taken;
}

absl::StatusOr<SecretText> ReadFile(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return absl::NotFoundError(absl::StrCat(path, ": ", std::strerror(errno)));
  SecretText read;
  read.text.resize(kMaxFileBytes + 1);
  size_t size = 0;
  ssize_t got = 0;
  while (size < read.text.size() &&
         (got = ::read(fd, read.text.data() + size, read.text.size() - size)) > 0) {
    size += static_cast<size_t>(got);
  }
  const int error = errno;
  close(fd);
  if (got < 0) return absl::NotFoundError(absl::StrCat(path, ": ", std::strerror(error)));
  if (size > kMaxFileBytes) return absl::NotFoundError(absl::StrCat(path, ": is too long"));
  crypto::Wipe(read.text.data() + size, read.text.size() - size);
  read.text.resize(size);
  return read;
}

// The variable's value, or what is in the file that its _FILE form names.
absl::StatusOr<SecretText> TakeValueOrFile(const std::string& name) {
  SecretText value = TakeVariable(name.c_str());
  const std::string file_variable = name + "_FILE";
  const char* path = std::getenv(file_variable.c_str());
  if (path == nullptr || *path == '\0') return value;
  if (!value.text.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(name, " and ", file_variable, " are both set: give one of them"));
  }
  auto read = ReadFile(path);
  if (!read.ok()) {
    return absl::NotFoundError(absl::StrCat(file_variable, ": ", read.status().message()));
  }
  read->source = absl::StrCat(file_variable, " (", path, ")");
  return read;
}

}  // namespace

absl::StatusOr<MasterKeyMaterial> TakeMasterKeys() {
  auto current = TakeValueOrFile(kCurrent);
  auto previous = TakeValueOrFile(kPrevious);
  if (absl::IsInvalidArgument(current.status())) return current.status();
  if (!previous.ok()) return previous.status();

  MasterKeyMaterial keys;
  auto listed = keyring::ParseKekList(previous->text);
  if (!listed.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat(previous->source, ": ", listed.status().message()));
  }
  keys.previous = *std::move(listed);
  if (!current.ok()) {
    keys.why_none = std::string(current.status().message());
  } else if (current->text.empty()) {
    keys.why_none = absl::StrCat(kCurrent, " is not set");
  } else if (auto key = keyring::ParseKek(current->text); key.ok()) {
    keys.current = *std::move(key);
  } else {
    keys.why_none = absl::StrCat(current->source, " ", key.status().message());
  }
  return keys;
}

}  // namespace keyward
