#include "client/cli/kek_verbs.h"

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "client/cli/call_server.h"
#include "client/cli/confirmation.h"
#include "client/cli/kek_report.h"
#include "client/cli/late_progress.h"
#include "keyward/admin_client.h"

namespace keyward::cli {
namespace {

using client::AdminClient;
using client::RewrapProgress;
using client::RewrapState;

constexpr absl::Duration kBetweenLooks = absl::Milliseconds(200);

// Until it runs no longer.
absl::StatusOr<RewrapProgress> Wait(const AdminClient& admin, RewrapProgress progress) {
  LateProgress line;
  while (progress.state == RewrapState::kRunning) {
    if (line.Due()) {
      line.Show(absl::StrCat("rewrapping ",
                             ProgressBar(progress.keys_rewrapped, progress.keys_at_start), " ",
                             progress.keys_rewrapped, " of ", progress.keys_at_start, " keys"));
    }
    absl::SleepFor(kBetweenLooks);
    auto status = admin.GetKekStatus();
    if (!status.ok()) return status.status();
    progress = status->rewrap;
  }
  return progress;
}

ExitStatus ShowRewrap(const RewrapProgress& progress, Output& output) {
  const bool failed = progress.state == RewrapState::kFailed;
  const ExitStatus status =
      output.Result(RewrapText(progress), RewrapObject(progress), failed ? kExitNo : kExitOk);
  if (status != kExitNo) return status;
  return output.Fail({"DATA_LOSS", "REWRAP_FAILED", "not all keys could be rewrapped",
                      "load the KEKs that are missing as previous ones, and ask again"},
                     kExitNo);
}

ExitStatus Rewrap(const Invocation& invocation, Output& output) {
  return CallServer<AdminClient>(
      invocation, output,
      [&](const AdminClient& admin) -> absl::StatusOr<RewrapProgress> {
        auto started = admin.RewrapUserKeys(invocation.kek.rate);
        if (!started.ok() || invocation.kek.no_wait) return started;
        return Wait(admin, *started);
      },
      [&](const RewrapProgress& progress) { return ShowRewrap(progress, output); });
}

ExitStatus Retire(const Invocation& invocation, Output& output) {
  const std::string& kek_id = invocation.kek.kek_id;
  const auto refused =
      Refused(invocation, output,
              "A retired KEK is never to be current again. What is still under it, such as pool "
              "tokens and backups, needs it to be loaded as a previous one.",
              "the KEK's id", kek_id);
  if (refused) return *refused;
  return CallServer<AdminClient>(
      invocation, output,
      [&](const AdminClient& admin) {
        return admin.RetireKek(kek_id, invocation.kek.confirm_pool_rewrapped);
      },
      [&](const client::KekMetadata& kek) {
        return output.Result(absl::StrCat("retired: ", kek.kek_id), KekObject(kek));
      });
}

ExitStatus Status(const Invocation& invocation, Output& output) {
  return CallServer<AdminClient>(
      invocation, output, [](const AdminClient& admin) { return admin.GetKekStatus(); },
      [&](const client::KekStatusResult& status) {
        return output.Result(KekStatusText(status), KekStatusObject(status));
      });
}

}  // namespace

ExitStatus RunKek(const Invocation& invocation, Output& output) {
  if (invocation.kek.action == "rewrap") return Rewrap(invocation, output);
  if (invocation.kek.action == "retire") return Retire(invocation, output);
  return Status(invocation, output);
}

}  // namespace keyward::cli
