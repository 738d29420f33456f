#include "server/store/database_lock.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <memory>
#include <system_error>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace keyward::store {
namespace {

std::string LockPath(const std::string& database) {
  std::error_code error;
  const std::filesystem::path real = std::filesystem::canonical(database, error);
  return absl::StrCat(error ? database : real.string(), ".lock");
}

// What the lock's holder wrote: its process id and its name.
std::string HolderOf(int file) {
  std::array<char, 128> text{};
  const ssize_t size = pread(file, text.data(), text.size(), 0);
  std::string holder(text.data(), static_cast<size_t>(size < 0 ? 0 : size));
  absl::StripAsciiWhitespace(&holder);
  return holder.empty() ? "another process" : absl::StrCat("process ", holder);
}

// The lock holds without it: on a full disk its holder merely has no name.
void WriteHolder(int file, const std::string& program) {
  const std::string text = absl::StrCat(getpid(), " (", program, ")\n");
  if (ftruncate(file, 0) != 0 || pwrite(file, text.data(), text.size(), 0) < 0) return;
}

// Never FAILED_PRECONDITION, as some errors would be: that says that another process has the lock.
absl::Status CannotOpen(const std::string& path, int error) {
  const absl::Status status =
      absl::ErrnoToStatus(error, absl::StrCat("cannot open the lock file ", path));
  if (!absl::IsFailedPrecondition(status)) return status;
  return absl::PermissionDeniedError(status.message());
}

}  // namespace

absl::StatusOr<std::unique_ptr<DatabaseLock>> DatabaseLock::Acquire(const std::string& database,
                                                                    const std::string& program) {
  const std::string path = LockPath(database);
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0) return CannotOpen(path, errno);
  std::unique_ptr<DatabaseLock> lock(new DatabaseLock(file));

  // Of the open file, not of the process: it holds against a second store in this process too.
  struct flock whole = {};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  if (fcntl(file, F_OFD_SETLK, &whole) != 0) {
    const int error = errno;
    if (error != EAGAIN && error != EACCES) {
      return absl::ErrnoToStatus(error, absl::StrCat("cannot lock ", path));
    }
    return absl::FailedPreconditionError(
        absl::StrCat("the database ", database, " is in use by ", HolderOf(file)));
  }
  WriteHolder(file, program);
  return lock;
}

DatabaseLock::~DatabaseLock() { close(file_); }

}  // namespace keyward::store
