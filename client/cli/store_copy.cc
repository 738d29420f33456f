#include "client/cli/store_copy.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "client/cli/failure.h"
#include "client/cli/late_progress.h"
#include "client/cli/offline_database.h"
#include "client/cli/terminal_text.h"
#include "client/cli/user_copy.h"
#include "server/store/password_file.h"
#include "server/store/postgres_store.h"
#include "server/store/sqlite_store.h"

namespace keyward::cli {
namespace {

using Opened = absl::StatusOr<std::unique_ptr<store::KeyStore>>;

bool IsPostgres(const std::string& spec) {
  return spec.rfind("postgresql://", 0) == 0 || spec.rfind("postgres://", 0) == 0;
}

Opened OpenPostgres(const std::string& url, const std::string& password_file) {
  if (absl::Status good = store::CheckPostgresUrl(url); !good.ok()) {
    return absl::InvalidArgumentError(absl::StrCat("the postgresql:// URL ", good.message()));
  }
  store::PostgresStoreOptions options{.address = {.url = url, .password = {}}};
  if (!password_file.empty()) {
    auto password = store::ReadPasswordFile(password_file);
    if (!password.ok()) return password.status();
    options.address.password = *std::move(password);
  }
  auto opened = store::PostgresStore::Open(std::move(options));
  if (!opened.ok()) return opened.status();
  return *std::move(opened);
}

Opened OpenSqlite(const std::string& path) {
  auto opened = store::SqliteStore::Open({.path = path, .program = "keyward store copy"});
  if (!opened.ok()) return opened.status();
  return *std::move(opened);
}

// Opens it, or says why not in `failed`.
std::unique_ptr<store::KeyStore> Open(const std::string& spec, const std::string& password_file,
                                      bool must_be_there, Output& output, ExitStatus& failed) {
  if (IsPostgres(spec)) {
    auto store = OpenPostgres(spec, password_file);
    if (store.ok()) return *std::move(store);
    failed = output.Fail(LocalFailure(store.status()), kExitUsage);
    return nullptr;
  }
  const auto path = must_be_there ? RealStorePath(spec) : StorePath(spec);
  if (!path.ok()) {
    failed = output.Fail(LocalFailure(path.status()), kExitUsage);
    return nullptr;
  }
  // The store takes the lock itself; this tells a taken one from other errors.
  if (absl::Status free = LockDatabase(*path, "store copy").status(); !free.ok()) {
    failed = FailToLock(free, output);
    return nullptr;
  }
  auto store = OpenSqlite(*path);
  if (store.ok()) return *std::move(store);
  failed = FailToOpen(store.status(), output);
  return nullptr;
}

ExitStatus Finish(const UserCopy::Counts& counts, Output& output) {
  const bool well = counts.faults == 0;
  const std::string text =
      absl::StrCat(well ? "OK" : "BAD", ": ", counts.users, " users, ", counts.versions,
                   " versions, ", counts.copied, " users copied");
  const ExitStatus status = output.Result(text,
                                          JsonObject()
                                              .Boolean("complete", well)
                                              .Number("users", counts.users)
                                              .Number("versions", counts.versions)
                                              .Number("copied", counts.copied)
                                              .Number("faults", counts.faults),
                                          well ? kExitOk : kExitNo);
  if (status != kExitNo) return status;
  return output.Fail({"DATA_LOSS", "NOT_ALL_COPIED",
                      absl::StrCat(counts.faults, " users are not the same in both"),
                      "keyward verify tells what is wrong with rows"},
                     kExitNo);
}

}  // namespace

ExitStatus RunStore(const Invocation& invocation, Output& output) {
  const StoreCopyOptions& asked = invocation.store_copy;
  ExitStatus status = kExitUsage;
  const auto from = Open(asked.from, asked.password_file, /*must_be_there=*/true, output, status);
  if (from == nullptr) return status;
  const auto to = Open(asked.to, asked.password_file, /*must_be_there=*/false, output, status);
  if (to == nullptr) return status;
  LateProgress progress;
  UserCopy copy(
      *from, *to,
      [&](const std::string& user_id, std::string_view reason) {
        progress.Hide();
        output.Result(absl::StrCat("user ", Harmless(JsonText(user_id)), ": ", std::string(reason)),
                      JsonObject().Text("user_id", user_id).Text("reason", reason), kExitNo);
      },
      [&](std::string_view step, std::uint64_t users) {
        if (progress.Due()) progress.Show(absl::StrCat(users, " users ", std::string(step)));
      });
  const absl::Status done = copy.Run();
  progress.Hide();
  if (!done.ok()) return output.Fail(LocalFailure(done), kExitUsage);
  return Finish(copy.counts(), output);
}

}  // namespace keyward::cli
