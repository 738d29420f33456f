#include "client/cli/verify.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "client/cli/failure.h"
#include "client/cli/late_progress.h"
#include "client/cli/loaded_keks.h"
#include "client/cli/verify_report.h"
#include "server/keyring/stored_keys_check.h"
#include "server/store/database_lock.h"
#include "server/store/frozen_database.h"

namespace keyward::cli {
namespace {

constexpr std::string_view kSqlite = "sqlite:";

// The real path of a file that is there. Nothing is made beside one that is not.
absl::StatusOr<std::string> RealPath(std::string_view database) {
  if (database.starts_with("postgresql:")) {
    return absl::InvalidArgumentError("verify reads SQLite databases alone");
  }
  if (database.starts_with(kSqlite)) database.remove_prefix(kSqlite.size());
  std::error_code error;
  const std::filesystem::path real = std::filesystem::canonical(database, error);
  if (!error && std::filesystem::is_regular_file(real, error)) return real.string();
  return absl::NotFoundError(absl::StrCat("there is no file ", std::string(database)));
}

// FAILED_PRECONDITION where another process has it.
absl::StatusOr<std::unique_ptr<store::DatabaseLock>> Lock(const std::string& path) {
  auto lock = store::DatabaseLock::Acquire(path, "keyward verify");
  if (lock.ok() || absl::IsFailedPrecondition(lock.status())) return lock;
  return absl::PermissionDeniedError(
      absl::StrCat(lock.status().message(), "; copy the database to where you may write"));
}

// All of it, or what keeps the rest from being read.
absl::Status Check(store::FrozenDatabase& database, const keyring::MasterKeys& keks,
                   LateProgress& progress, VerifyReport& report) {
  const auto damage = database.CheckIntegrity([&] {
    if (progress.Due()) progress.Show("checking the file");
  });
  if (!damage.ok()) return damage.status();
  for (const std::string& what : *damage) report.FileDamage(what);
  const auto versions = database.CountVersions();
  if (!versions.ok()) return versions.status();
  while (report.output_works()) {
    const auto users = database.NextUsers();
    if (!users.ok()) return users.status();
    if (users->empty()) break;
    for (const store::UserKeys& user : *users) {
      report.User(user, keyring::CheckStoredKeys(keks, user));
    }
    if (progress.Due()) {
      progress.Show(absl::StrCat(report.versions(), " of ", *versions, " keys"));
    }
  }
  if (report.versions() == *versions || !report.output_works()) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("of ", *versions, " rows with keys ", report.versions(),
                                          " are found by their user's id"));
}

ExitStatus FailToOpen(const absl::Status& status, const Output& output) {
  Failure failure = LocalFailure(status);
  if (!absl::IsDataLoss(status)) return output.Fail(failure, kExitUsage);
  failure.reason = "FILE_DAMAGED";
  return output.Fail(failure, kExitNo);
}

}  // namespace

ExitStatus VerifyDatabase(const Invocation& invocation, Output& output) {
  const auto path = RealPath(invocation.database);
  if (!path.ok()) return output.Fail(LocalFailure(path.status()), kExitUsage);
  const auto keks = LoadKeks(output);
  if (!keks.ok()) return output.Fail(LocalFailure(keks.status()), kExitUsage);
  const auto lock = Lock(*path);
  if (absl::IsFailedPrecondition(lock.status())) {
    Failure failure = LocalFailure(lock.status());
    failure.reason = "DATABASE_IN_USE";
    return output.Fail(failure, kExitInUse);
  }
  if (!lock.ok()) return output.Fail(LocalFailure(lock.status()), kExitUsage);
  const auto database = store::FrozenDatabase::Open(*path);
  if (!database.ok()) return FailToOpen(database.status(), output);

  LateProgress progress;
  VerifyReport report(*keks, output, progress);
  const absl::Status checked = Check(**database, *keks, progress, report);
  if (!checked.ok()) report.FileDamage(checked.message());
  progress.Hide();
  return report.Finish(*path);
}

}  // namespace keyward::cli
