#include "server/audit/log_open.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/audit/timestamp.h"

namespace keyward::audit {
namespace {

absl::Status Failed(const std::string& what, const std::string& path) {
  return absl::ErrnoToStatus(errno, absl::StrCat("cannot ", what, " the audit log ", path));
}

absl::Status Refused(const std::string& path, const char* why) {
  return absl::FailedPreconditionError(absl::StrCat("the audit log ", path, " ", why));
}

absl::Status CheckFile(int file, const std::string& path) {
  struct stat found = {};
  if (fstat(file, &found) != 0) return Failed("examine", path);
  if (!S_ISREG(found.st_mode)) return Refused(path, "is no regular file");
  if (found.st_uid != geteuid()) return Refused(path, "belongs to another user");
  if ((found.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return Refused(path, "may be written by its group or by others: chmod go-w it");
  }
  return absl::OkStatus();
}

// So that a power cut does not take a new file's name away, with all that was written into it.
absl::Status SyncFolderOf(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  const Descriptor opened(
      open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened.is_open() || fsync(opened.number()) != 0) return Failed("sync the folder of", path);
  return absl::OkStatus();
}

// "20260131T120000Z" of "2026-01-31T12:00:00.000000Z".
std::string CompactTime(int64_t time_us) {
  std::string time;
  AppendTimestamp(time_us, time);
  time.erase(time.find('.'));
  time.erase(std::remove_if(time.begin(), time.end(), [](char c) { return c == '-' || c == ':'; }),
             time.end());
  return time + 'Z';
}

// File systems without RENAME_NOREPLACE answer EINVAL; nobody else makes files of these names.
int RenameToNewName(const char* from, const char* to) {
  if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return -1;
  if (access(to, F_OK) == 0) {
    errno = EEXIST;
    return -1;
  }
  return std::rename(from, to);
}

}  // namespace

absl::StatusOr<Descriptor> OpenLog(const std::string& path) {
  // O_NONBLOCK: the opening of a FIFO would wait for a reader. It means nothing to a regular file.
  constexpr int kFlags = O_RDWR | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
  Descriptor file(open(path.c_str(), kFlags | O_CREAT | O_EXCL, 0600));
  const bool made = file.is_open();
  if (!made && errno == EEXIST) file = Descriptor(open(path.c_str(), kFlags));
  if (!file.is_open() && errno == ELOOP) return Refused(path, "is a symbolic link");
  if (!file.is_open()) return Failed("open", path);
  absl::Status status = made ? SyncFolderOf(path) : CheckFile(file.number(), path);
  if (!status.ok()) return status;
  return file;
}

absl::StatusOr<Descriptor> LockLog(const std::string& path) {
  const std::string lock_path = path + ".lock";
  Descriptor file(open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file.is_open()) return Failed("lock", path);
  // Of the open file, not of the process: it holds against a second log in this process too.
  struct flock whole = {};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  if (fcntl(file.number(), F_OFD_SETLK, &whole) == 0) return file;
  if (errno == EAGAIN || errno == EACCES) return Refused(path, "is in use by another process");
  return Failed("lock", path);
}

bool IsAtPath(int file, const std::string& path) {
  struct stat open_file = {};
  struct stat at_path = {};
  return fstat(file, &open_file) == 0 && lstat(path.c_str(), &at_path) == 0 &&
         open_file.st_dev == at_path.st_dev && open_file.st_ino == at_path.st_ino;
}

absl::Status RenameLog(const std::string& path, int64_t time_us, uint64_t last_seq) {
  const std::string to = absl::StrCat(path, ".", CompactTime(time_us), ".", last_seq);
  if (RenameToNewName(path.c_str(), to.c_str()) != 0) return Failed("rename", path);
  return absl::OkStatus();
}

}  // namespace keyward::audit
