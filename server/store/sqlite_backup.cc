#include "server/store/sqlite_backup.h"

#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <string>
#include <system_error>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "server/store/durable_file.h"
#include "server/store/private_file.h"

namespace keyward::store {
namespace {

absl::Status CannotBackUp(const std::string& path, absl::StatusCode code, absl::string_view why) {
  return absl::Status(code, absl::StrCat("cannot write a backup to ", path, ": ", why));
}

// The file that grows; gone at the end of the scope.
class PartialFile {
 public:
  explicit PartialFile(const std::string& path) : path_(path + ".partial") { Remove(); }
  ~PartialFile() { Remove(); }
  PartialFile(const PartialFile&) = delete;
  PartialFile& operator=(const PartialFile&) = delete;

  const std::string& path() const { return path_; }

 private:
  void Remove() const {
    for (const char* suffix : {"", "-journal"}) unlink((path_ + suffix).c_str());
  }

  const std::string path_;
};

absl::Status VacuumInto(SqliteConnection& connection, const std::string& path) {
  absl::StatusOr<SqliteStatement> vacuum = connection.Prepare("VACUUM INTO ?1");
  if (!vacuum.ok()) return vacuum.status();
  vacuum->BindText(1, path);
  return vacuum->Run();
}

}  // namespace

absl::Status BackUp(SqliteConnection& connection, const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::exists(std::filesystem::symlink_status(path, ignored))) {
    return CannotBackUp(path, absl::StatusCode::kAlreadyExists, "there is such a file");
  }
  const PartialFile partial(path);
  absl::Status written = EnsurePrivateFile(partial.path());
  if (written.ok()) written = VacuumInto(connection, partial.path());
  if (written.ok()) written = SyncFile(partial.path());
  if (!written.ok()) return CannotBackUp(path, written.code(), written.message());
  // A link is never made over what came to be there meanwhile.
  if (link(partial.path().c_str(), path.c_str()) != 0) {
    const absl::Status failed = absl::ErrnoToStatus(errno, path);
    return CannotBackUp(path, failed.code(), failed.message());
  }
  absl::Status synced = SyncFolderOf(path);
  if (!synced.ok()) unlink(path.c_str());
  return synced;
}

}  // namespace keyward::store
