#include "server/store/durable_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <vector>

#include "absl/strings/str_cat.h"

namespace keyward::store {
namespace {

constexpr size_t kChunk = size_t{1} << 20;

// A descriptor for the scope; closing keeps errno.
class OpenFile {
 public:
  OpenFile(const std::string& path, int flags) : number_(open(path.c_str(), flags | O_CLOEXEC)) {}
  ~OpenFile() {
    const int error = errno;
    if (number_ >= 0) close(number_);
    errno = error;
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  bool is_open() const { return number_ >= 0; }
  int number() const { return number_; }

 private:
  const int number_;
};

bool WriteAll(int file, const char* bytes, size_t size, off_t offset) {
  while (size > 0) {
    const ssize_t written = pwrite(file, bytes, size, offset);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    bytes += written;
    size -= static_cast<size_t>(written);
    offset += written;
  }
  return true;
}

bool RewriteAll(int file) {
  std::vector<char> chunk(kChunk);
  for (off_t offset = 0;;) {
    const ssize_t size = pread(file, chunk.data(), chunk.size(), offset);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return size == 0;
    if (!WriteAll(file, chunk.data(), static_cast<size_t>(size), offset)) return false;
    offset += size;
  }
}

}  // namespace

absl::Status RewriteDurably(const std::string& path) {
  const OpenFile file(path, O_RDWR);
  if (!file.is_open() && errno == ENOENT) return absl::OkStatus();
  if (file.is_open() && RewriteAll(file.number()) && fdatasync(file.number()) == 0) {
    return absl::OkStatus();
  }
  return absl::ErrnoToStatus(errno, absl::StrCat("cannot write ", path, " to the disk"));
}

absl::Status SyncFile(const std::string& path) {
  const OpenFile file(path, O_RDONLY);
  if (file.is_open() && fsync(file.number()) == 0) return absl::OkStatus();
  return absl::ErrnoToStatus(errno, absl::StrCat("cannot sync ", path));
}

absl::Status SyncFolderOf(const std::string& path) {
  std::filesystem::path folder = std::filesystem::path(path).parent_path();
  if (folder.empty()) folder = ".";
  const OpenFile opened(folder.string(), O_RDONLY | O_DIRECTORY);
  if (opened.is_open() && fsync(opened.number()) == 0) return absl::OkStatus();
  return absl::ErrnoToStatus(errno, absl::StrCat("cannot sync the folder ", folder.string()));
}

}  // namespace keyward::store
