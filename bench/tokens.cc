#include "bench/tokens.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"

namespace keyward::bench {
namespace {

// A file descriptor that is closed when it ends; a mapping outlives it.
class File {
 public:
  File(const std::string& path, int flags) : fd_(open(path.c_str(), flags | O_CLOEXEC, 0600)) {}
  ~File() {
    if (fd_ >= 0) close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int fd() const { return fd_; }

 private:
  const int fd_;
};

absl::Status Failed(const std::string& path) {
  return absl::UnavailableError(absl::StrCat(path, ": ", std::strerror(errno)));
}

// The size of the first token: what stands before the first newline.
size_t FirstLine(int file) {
  std::array<char, 4096> start{};
  const ssize_t got = pread(file, start.data(), start.size(), 0);
  if (got <= 0) return 0;
  const auto* end = start.data() + got;
  const auto* newline = std::find<const char*>(start.data(), end, '\n');
  return newline == end ? 0 : static_cast<size_t>(newline - start.data());
}

}  // namespace

absl::StatusOr<std::unique_ptr<Tokens>> Tokens::Map(int file, int flags, uint64_t count,
                                                    size_t size) {
  const int protection =
      (flags & MAP_PRIVATE) != 0 && file >= 0 ? PROT_READ : PROT_READ | PROT_WRITE;
  void* data = mmap(nullptr, count * (size + 1), protection, flags, file, 0);
  if (data == MAP_FAILED) return Failed("cannot map the tokens");
  return std::unique_ptr<Tokens>(new Tokens(static_cast<char*>(data), count, size));
}

absl::StatusOr<std::unique_ptr<Tokens>> Tokens::InMemory(uint64_t count, size_t size) {
  return Map(-1, MAP_PRIVATE | MAP_ANONYMOUS, count, size);
}

absl::StatusOr<std::unique_ptr<Tokens>> Tokens::CreateFile(const std::string& path, uint64_t count,
                                                           size_t size) {
  const File file(path, O_RDWR | O_CREAT | O_TRUNC);
  if (file.fd() < 0 || ftruncate(file.fd(), static_cast<off_t>(count * (size + 1))) != 0) {
    return Failed(path);
  }
  return Map(file.fd(), MAP_SHARED, count, size);
}

absl::StatusOr<std::unique_ptr<Tokens>> Tokens::OpenFile(const std::string& path) {
  const File file(path, O_RDONLY);
  struct stat about {};
  if (file.fd() < 0 || fstat(file.fd(), &about) != 0) return Failed(path);
  const size_t size = FirstLine(file.fd());
  const auto bytes = static_cast<uint64_t>(about.st_size);
  if (size == 0 || bytes % (size + 1) != 0) {
    return absl::InvalidArgumentError(absl::StrCat(path, " is no file of tokens"));
  }
  return Map(file.fd(), MAP_PRIVATE, bytes / (size + 1), size);
}

Tokens::~Tokens() { munmap(data_, count_ * (size_ + 1)); }

bool Tokens::Set(uint64_t user, std::string_view token) {
  if (token.size() != size_) return false;
  char* out = data_ + user * (size_ + 1);
  std::copy(token.begin(), token.end(), out);
  out[size_] = '\n';
  return true;
}

}  // namespace keyward::bench
