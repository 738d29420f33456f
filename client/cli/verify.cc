#include "client/cli/verify.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/cli/failure.h"
#include "client/cli/late_progress.h"
#include "client/cli/loaded_keks.h"
#include "client/cli/offline_database.h"
#include "client/cli/verify_report.h"
#include "server/keyring/stored_keys_check.h"

namespace keyward::cli {
namespace {

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

}  // namespace

ExitStatus CheckAndReport(store::FrozenDatabase& database, const std::string& path,
                          const keyring::MasterKeys& keks, Output& output) {
  LateProgress progress;
  VerifyReport report(keks, output, progress);
  const absl::Status checked = Check(database, keks, progress, report);
  if (!checked.ok()) report.FileDamage(checked.message());
  progress.Hide();
  return report.Finish(path);
}

ExitStatus VerifyDatabase(const Invocation& invocation, Output& output) {
  const auto path = RealStorePath(invocation.database);
  if (!path.ok()) return output.Fail(LocalFailure(path.status()), kExitUsage);
  const auto keks = LoadKeks(output);
  if (!keks.ok()) return output.Fail(LocalFailure(keks.status()), kExitUsage);
  const auto lock = LockDatabase(*path, "verify");
  if (!lock.ok()) return FailToLock(lock.status(), output);
  const auto database = store::FrozenDatabase::Open(*path);
  if (!database.ok()) return FailToOpen(database.status(), output);
  return CheckAndReport(**database, *path, *keks, output);
}

}  // namespace keyward::cli
