#include "client/cli/offline_database.h"

#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "client/cli/failure.h"

namespace keyward::cli {
namespace {

constexpr std::string_view kSqlite = "sqlite:";

}  // namespace

absl::StatusOr<std::string> StorePath(std::string_view store) {
  if (store.starts_with("postgresql:")) {
    return absl::InvalidArgumentError("only SQLite databases can be opened without a server");
  }
  if (store.starts_with(kSqlite)) store.remove_prefix(kSqlite.size());
  if (store.empty()) return absl::InvalidArgumentError("the database has no name");
  return std::string(store);
}

absl::StatusOr<std::string> RealStorePath(std::string_view store) {
  const absl::StatusOr<std::string> path = StorePath(store);
  if (!path.ok()) return path;
  std::error_code error;
  const std::filesystem::path real = std::filesystem::canonical(*path, error);
  if (!error && std::filesystem::is_regular_file(real, error)) return real.string();
  return absl::NotFoundError(absl::StrCat("there is no file ", *path));
}

absl::StatusOr<std::unique_ptr<store::DatabaseLock>> LockDatabase(const std::string& path,
                                                                  const std::string& verb) {
  auto lock = store::DatabaseLock::Acquire(path, "keyward " + verb);
  if (lock.ok() || absl::IsFailedPrecondition(lock.status())) return lock;
  return absl::PermissionDeniedError(
      absl::StrCat(lock.status().message(), "; copy the database to where you may write"));
}

ExitStatus FailToLock(const absl::Status& status, const Output& output) {
  Failure failure = LocalFailure(status);
  if (!absl::IsFailedPrecondition(status)) return output.Fail(failure, kExitUsage);
  failure.reason = "DATABASE_IN_USE";
  return output.Fail(failure, kExitInUse);
}

ExitStatus FailToOpen(const absl::Status& status, const Output& output) {
  Failure failure = LocalFailure(status);
  if (!absl::IsDataLoss(status)) return output.Fail(failure, kExitUsage);
  failure.reason = "FILE_DAMAGED";
  return output.Fail(failure, kExitNo);
}

}  // namespace keyward::cli
