#include "server/store/private_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "server/store/durable_file.h"

namespace keyward::store {

absl::Status EnsurePrivateFile(const std::string& path) {
  std::filesystem::path folder = std::filesystem::path(path).parent_path();
  if (folder.empty()) folder = ".";
  std::error_code ignored;
  if (!std::filesystem::is_directory(folder, ignored)) {
    return absl::NotFoundError(
        absl::StrCat("cannot open ", path, ": there is no folder ", folder.string()));
  }
  if (std::filesystem::is_directory(path, ignored)) {
    return absl::FailedPreconditionError(absl::StrCat("cannot open ", path, ": it is a folder"));
  }
  // O_EXCL: an existing file is never opened here, since closing it would drop the locks that
  // SQLite may hold on it in this process.
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0 && errno == EEXIST) return absl::OkStatus();
  if (file < 0) return absl::ErrnoToStatus(errno, absl::StrCat("cannot create ", path));
  close(file);
  return SyncFolderOf(path);
}

}  // namespace keyward::store
