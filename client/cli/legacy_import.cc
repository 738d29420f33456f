#include "client/cli/legacy_import.h"

#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "client/cli/failure.h"
#include "client/cli/legacy_comparison.h"
#include "client/cli/legacy_report.h"
#include "client/cli/loaded_keks.h"
#include "client/cli/offline_database.h"
#include "server/crypto/random.h"
#include "server/keyring/clock.h"
#include "server/keyring/legacy_wrap.h"
#include "server/store/legacy_database.h"
#include "server/store/sqlite_store.h"

namespace keyward::cli {
namespace {

// Each is a commit of its own.
constexpr int kRowsAtOnce = 500;

// Brings the rows of a legacy database into a store.
class Import {
 public:
  // All must outlive it.
  Import(store::LegacyDatabase& legacy, store::KeyStore& store,
         const store::LegacyTranscoder& transcoder, LateProgress& progress, LegacyReport& report)
      : legacy_(legacy),
        store_(store),
        transcoder_(transcoder),
        progress_(progress),
        report_(report) {}

  // Until the last row, an error, or nobody takes the report any more.
  absl::Status Run() {
    std::string after;
    while (report_.output_works()) {
      const auto rows = legacy_.Page(after, kRowsAtOnce);
      if (!rows.ok()) return rows.status();
      if (rows->empty()) break;
      after = rows->back().user_id;
      if (absl::Status taken = Take(*rows); !taken.ok()) return taken;
      if (progress_.Due()) progress_.Show(absl::StrCat(report_.rows(), " users"));
    }
    return absl::OkStatus();
  }

 private:
  absl::Status Take(const std::vector<store::LegacyRow>& rows) {
    std::vector<store::NewUser> users;
    std::vector<const store::LegacyRow*> theirs;
    for (const store::LegacyRow& row : rows) {
      auto key = transcoder_.Import(row);
      if (!key.ok()) {
        report_.Fault("unreadable", row.user_id, "STORED_KEY_CORRUPT");
        continue;
      }
      users.push_back({row.user_id, *std::move(key)});
      theirs.push_back(&row);
    }
    std::promise<std::vector<absl::StatusOr<store::Created>>> answered;
    store_.CreateMany(std::move(users),
                      [&](auto results) { answered.set_value(std::move(results)); });
    const auto results = answered.get_future().get();
    for (std::size_t i = 0; i < results.size(); ++i) {
      if (absl::IsUnavailable(results[i].status())) return results[i].status();
      Tell(*theirs[i], results[i]);
    }
    return absl::OkStatus();
  }

  void Tell(const store::LegacyRow& row, const absl::StatusOr<store::Created>& result) {
    if (result.ok() && result->created) return report_.Count("imported");
    switch (result.ok() ? Compare(transcoder_, row, result->keys) : LegacyMatch::kUnreadable) {
      case LegacyMatch::kSameKey:
        return report_.Count("already_there");
      case LegacyMatch::kDestroyed:
        return report_.Count("destroyed");
      case LegacyMatch::kOtherKey:
        return report_.Fault("conflicting", row.user_id, "ANOTHER_KEY");
      case LegacyMatch::kUnreadable:
        return report_.Fault("unreadable", row.user_id, "STORED_KEY_CORRUPT");
    }
  }

  store::LegacyDatabase& legacy_;
  store::KeyStore& store_;
  const store::LegacyTranscoder& transcoder_;
  LateProgress& progress_;
  LegacyReport& report_;
};

ExitStatus Finish(const LegacyReport& report, Output& output) {
  if (!report.output_works()) return kExitUsage;
  std::string text;
  JsonObject object;
  for (const char* name : {"imported", "already_there", "destroyed", "unreadable", "conflicting"}) {
    absl::StrAppend(&text, text.empty() ? "" : "\n", name, ": ", report.count(name));
    object.Number(name, report.count(name));
  }
  const bool well = report.faults() == 0;
  const ExitStatus status = output.Result(text, object, well ? kExitOk : kExitNo);
  if (status != kExitNo) return status;
  return output.Fail(
      {"DATA_LOSS", "NOT_ALL_IMPORTED", absl::StrCat(report.faults(), " users were not imported"),
       "load the KEKs that are missing as previous ones, and import again"},
      kExitNo);
}

ExitStatus ImportInto(store::KeyStore& store, store::LegacyDatabase& legacy,
                      const keyring::MasterKeys& keks, Output& output) {
  const keyring::LegacyWrap transcoder(keks, keyring::SystemClock(), crypto::SystemRandom());
  LateProgress progress;
  LegacyReport report(output, progress);
  const absl::Status done = Import(legacy, store, transcoder, progress, report).Run();
  progress.Hide();
  if (!done.ok()) return output.Fail(LocalFailure(done), kExitUsage);
  return Finish(report, output);
}

}  // namespace

ExitStatus ImportLegacy(const Invocation& invocation, Output& output) {
  const auto path = StorePath(invocation.files.store);
  if (!path.ok()) return output.Fail(LocalFailure(path.status()), kExitUsage);
  const auto keks = LoadCurrentKek(output);
  if (!keks.ok()) return output.Fail(LocalFailure(keks.status()), kExitUsage);
  const auto legacy =
      store::LegacyDatabase::Open({.path = invocation.files.legacy, .read_only = true});
  if (!legacy.ok()) return output.Fail(LocalFailure(legacy.status()), kExitUsage);
  // The store takes the lock itself; this tells a taken one from other errors.
  const absl::Status free = LockDatabase(*path, "import").status();
  if (!free.ok()) return FailToLock(free, output);
  const auto store = store::SqliteStore::Open({.path = *path, .program = "keyward import"});
  if (!store.ok()) return FailToOpen(store.status(), output);
  return ImportInto(**store, **legacy, *keks, output);
}

}  // namespace keyward::cli
