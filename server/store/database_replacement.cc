#include "server/store/database_replacement.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "absl/strings/str_cat.h"
#include "server/store/durable_file.h"

namespace keyward::store {
namespace {

absl::Status Failed(const std::string& what, const std::string& path) {
  return absl::ErrnoToStatus(errno, absl::StrCat("cannot ", what, " ", path));
}

absl::Status Remove(const std::string& path) {
  if (unlink(path.c_str()) == 0 || errno == ENOENT) return absl::OkStatus();
  return Failed("remove", path);
}

// An empty file that its owner alone may read; one that a crash left there goes.
absl::Status MakeEmpty(const std::string& path, const std::string& like) {
  if (absl::Status removed = Remove(path); !removed.ok()) return removed;
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return Failed("create", path);
  struct stat old = {};
  // Only root may give files away; others are the owner already, or the server tells.
  if (stat(like.c_str(), &old) == 0 && fchown(file, old.st_uid, old.st_gid) != 0) errno = 0;
  close(file);
  return absl::OkStatus();
}

// What SQLite would take for the new database's: its log, the index of that, a rollback.
absl::Status RemoveLogOf(const std::string& path) {
  for (const char* suffix : {"-wal", "-shm", "-journal"}) {
    if (absl::Status removed = Remove(path + suffix); !removed.ok()) return removed;
  }
  return SyncFolderOf(path);
}

absl::Status MoveInPlace(const std::string& aside, const std::string& path) {
  // The log goes first: the old database without its log is whole, the new one with it is not.
  if (absl::Status removed = RemoveLogOf(path); !removed.ok()) return removed;
  if (std::rename(aside.c_str(), path.c_str()) != 0) return Failed("rename to", path);
  return SyncFolderOf(path);
}

}  // namespace

absl::Status ReplaceDatabase(FrozenDatabase& from, const std::string& path) {
  const std::string aside = path + ".restoring";
  absl::Status done = MakeEmpty(aside, path);
  if (done.ok()) done = from.CopyTo(aside);
  if (done.ok()) done = SyncFile(aside);
  if (done.ok()) done = MoveInPlace(aside, path);
  if (!done.ok()) unlink(aside.c_str());
  return done;
}

}  // namespace keyward::store
