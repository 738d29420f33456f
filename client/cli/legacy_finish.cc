#include "client/cli/legacy_finish.h"

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
#include "server/store/frozen_database.h"
#include "server/store/legacy_database.h"

namespace keyward::cli {
namespace {

constexpr int kRowsAtOnce = 500;

// The users of a store, which are asked for in the byte order of their ids.
class OrderedUsers {
 public:
  explicit OrderedUsers(store::FrozenDatabase& database) : database_(database) {}

  // Null where there is none; ids ascend from call to call.
  absl::StatusOr<const store::UserKeys*> Find(const std::string& user_id) {
    while (true) {
      if (next_ == page_.size()) {
        auto page = database_.NextUsers();
        if (!page.ok()) return page.status();
        if (page->empty()) return nullptr;
        page_ = *std::move(page);
        next_ = 0;
      }
      if (page_[next_].user_id >= user_id) break;
      ++next_;
    }
    return page_[next_].user_id == user_id ? &page_[next_] : nullptr;
  }

 private:
  store::FrozenDatabase& database_;
  std::vector<store::UserKeys> page_;
  std::size_t next_ = 0;
};

void Tell(const store::LegacyRow& row, const store::UserKeys* stored,
          const store::LegacyTranscoder& transcoder, LegacyReport& report) {
  if (stored == nullptr) return report.Fault("not_in_store", row.user_id, "NOT_IN_STORE");
  switch (Compare(transcoder, row, *stored)) {
    case LegacyMatch::kSameKey:
      return report.Count("same_key");
    case LegacyMatch::kDestroyed:
      return report.Count("destroyed");
    case LegacyMatch::kOtherKey:
      return report.Fault("conflicting", row.user_id, "ANOTHER_KEY");
    case LegacyMatch::kUnreadable:
      return report.Fault("unreadable", row.user_id, "STORED_KEY_CORRUPT");
  }
}

// Row by row, until the last, an error, or nobody takes the report any more.
absl::Status CompareAll(store::LegacyDatabase& legacy, store::FrozenDatabase& database,
                        const store::LegacyTranscoder& transcoder, LateProgress& progress,
                        LegacyReport& report) {
  OrderedUsers users(database);
  std::string after;
  while (report.output_works()) {
    const auto rows = legacy.Page(after, kRowsAtOnce);
    if (!rows.ok()) return rows.status();
    if (rows->empty()) break;
    after = rows->back().user_id;
    for (const store::LegacyRow& row : *rows) {
      const auto stored = users.Find(row.user_id);
      if (!stored.ok()) return stored.status();
      Tell(row, *stored, transcoder, report);
    }
    if (progress.Due()) progress.Show(absl::StrCat(report.rows(), " users"));
  }
  return absl::OkStatus();
}

ExitStatus Finish(const LegacyReport& report, Output& output) {
  if (!report.output_works()) return kExitUsage;
  const bool finished = report.faults() == 0;
  std::string text = finished ? "finished: the server may start without --legacy_db"
                              : "not finished: the server still needs --legacy_db";
  JsonObject object;
  object.Boolean("finished", finished);
  for (const char* name : {"same_key", "destroyed", "not_in_store", "unreadable", "conflicting"}) {
    absl::StrAppend(&text, "\n", name, ": ", report.count(name));
    object.Number(name, report.count(name));
  }
  const ExitStatus status = output.Result(text, object, finished ? kExitOk : kExitNo);
  if (status != kExitNo) return status;
  return output.Fail({"FAILED_PRECONDITION", "NOT_FINISHED",
                      absl::StrCat(report.faults(), " users' keys are not in the store as there"),
                      "a start of the server with --legacy_db imports what is missing"},
                     kExitNo);
}

ExitStatus CompareAndReport(store::LegacyDatabase& legacy, store::FrozenDatabase& database,
                            const keyring::MasterKeys& keks, Output& output) {
  const keyring::LegacyWrap transcoder(keks, keyring::SystemClock(), crypto::SystemRandom());
  LateProgress progress;
  LegacyReport report(output, progress);
  const absl::Status done = CompareAll(legacy, database, transcoder, progress, report);
  progress.Hide();
  if (!done.ok()) return FailToOpen(done, output);
  return Finish(report, output);
}

}  // namespace

ExitStatus RunLegacy(const Invocation& invocation, Output& output) {
  const auto path = RealStorePath(invocation.files.store);
  if (!path.ok()) return output.Fail(LocalFailure(path.status()), kExitUsage);
  const auto keks = LoadCurrentKek(output);
  if (!keks.ok()) return output.Fail(LocalFailure(keks.status()), kExitUsage);
  const auto lock = LockDatabase(*path, "legacy");
  if (!lock.ok()) return FailToLock(lock.status(), output);
  const auto database = store::FrozenDatabase::Open(*path);
  if (!database.ok()) return FailToOpen(database.status(), output);
  const auto legacy =
      store::LegacyDatabase::Open({.path = invocation.files.legacy, .read_only = true});
  if (!legacy.ok()) return output.Fail(LocalFailure(legacy.status()), kExitUsage);
  return CompareAndReport(**legacy, **database, *keks, output);
}

}  // namespace keyward::cli
