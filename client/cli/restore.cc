#include "client/cli/restore.h"

#include <filesystem>
#include <optional>
#include <string>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "client/cli/confirmation.h"
#include "client/cli/failure.h"
#include "client/cli/loaded_keks.h"
#include "client/cli/offline_database.h"
#include "client/cli/verify.h"
#include "server/store/database_replacement.h"
#include "server/store/frozen_database.h"

namespace keyward::cli {
namespace {

struct Paths {
  std::string backup;
  std::string store;
};

bool IsThere(const std::string& path) {
  std::error_code error;
  return std::filesystem::exists(path, error);
}

// Without symbolic links, where there is something.
absl::StatusOr<Paths> FindPaths(const DatabaseFiles& files) {
  const auto backup = RealStorePath(files.backup);
  if (!backup.ok()) return backup.status();
  const auto named = StorePath(files.store);
  if (!named.ok()) return named.status();
  if (!IsThere(*named)) return Paths{*backup, *named};
  const auto store = RealStorePath(*named);
  if (!store.ok()) return store.status();
  if (*store == *backup) return absl::InvalidArgumentError("the backup is the database itself");
  return Paths{*backup, *store};
}

std::optional<ExitStatus> AskBeforeReplacing(const Invocation& invocation, const Output& output,
                                             const std::string& store) {
  if (!IsThere(store)) return std::nullopt;
  return Refused(invocation, output,
                 absl::StrCat(store, " is replaced: users made since the backup lose their keys."),
                 "the database's path", store);
}

// Verifies what is then copied, by the same eyes.
ExitStatus VerifyAndReplace(const Paths& paths, const keyring::MasterKeys& keks, Output& output) {
  const auto backup = store::FrozenDatabase::Open(paths.backup);
  if (!backup.ok()) return FailToOpen(backup.status(), output);
  const ExitStatus verified = CheckAndReport(**backup, paths.backup, keks, output);
  if (verified != kExitOk) return verified;
  const absl::Status replaced = store::ReplaceDatabase(**backup, paths.store);
  if (!replaced.ok()) return output.Fail(LocalFailure(replaced), kExitUsage);
  return output.Result(absl::StrCat("restored: ", paths.store), JsonObject()
                                                                    .Boolean("restored", true)
                                                                    .Text("store", paths.store)
                                                                    .Text("backup", paths.backup));
}

}  // namespace

ExitStatus Restore(const Invocation& invocation, Output& output) {
  const auto paths = FindPaths(invocation.files);
  if (!paths.ok()) return output.Fail(LocalFailure(paths.status()), kExitUsage);
  const auto keks = LoadKeks(output);
  if (!keks.ok()) return output.Fail(LocalFailure(keks.status()), kExitUsage);
  const auto store_lock = LockDatabase(paths->store, "restore");
  if (!store_lock.ok()) return FailToLock(store_lock.status(), output);
  const auto backup_lock = LockDatabase(paths->backup, "restore");
  if (!backup_lock.ok()) return FailToLock(backup_lock.status(), output);
  const auto refused = AskBeforeReplacing(invocation, output, paths->store);
  if (refused) return *refused;
  return VerifyAndReplace(*paths, *keks, output);
}

}  // namespace keyward::cli
