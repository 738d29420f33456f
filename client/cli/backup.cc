#include "client/cli/backup.h"

#include <chrono>
#include <future>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "client/cli/call_server.h"
#include "client/cli/late_progress.h"
#include "client/cli/table.h"
#include "client/cli/terminal_text.h"
#include "keyward/admin_client.h"

namespace keyward::cli {
namespace {

using client::AdminClient;
using client::BackupResult;
using client::StoreFault;

constexpr std::chrono::milliseconds kBetweenLooks(200);

// The server tells nothing before it is done: what is shown is that it is still at it.
absl::StatusOr<BackupResult> Wait(std::future<absl::StatusOr<BackupResult>> backup) {
  LateProgress line;
  const absl::Time begun = absl::Now();
  while (backup.wait_for(kBetweenLooks) == std::future_status::timeout) {
    if (!line.Due()) continue;
    line.Show(absl::StrCat("backing up, ", absl::ToInt64Seconds(absl::Now() - begun), " s"));
  }
  return backup.get();
}

std::string FaultArray(const BackupResult& backup) {
  std::string array;
  for (const StoreFault& fault : backup.faults) {
    std::string users;
    for (const std::string& user : fault.user_ids) {
      absl::StrAppend(&users, users.empty() ? "" : ",", JsonText(user));
    }
    absl::StrAppend(&array, array.empty() ? "" : ",",
                    JsonObject()
                        .Text("reason", fault.fault)
                        .Number("count", fault.count)
                        .Json("user_ids", absl::StrCat("[", users, "]"))
                        .Line());
  }
  return absl::StrCat("[", array, "]");
}

std::string Text(const BackupResult& backup) {
  std::string text =
      absl::StrCat(Harmless(backup.path), ": ", backup.bytes, " bytes, ", backup.users, " users");
  if (backup.faults.empty()) return text;
  Table table({"FAULT", "KEYS", "USERS"});
  for (const StoreFault& fault : backup.faults) {
    std::string users;
    for (const std::string& user : fault.user_ids) {
      absl::StrAppend(&users, users.empty() ? "" : " ", user);
    }
    table.Add({fault.fault, absl::StrCat(fault.count), users});
  }
  return absl::StrCat(text, "\n", table.Take());
}

ExitStatus Show(const BackupResult& backup, Output& output) {
  const bool sound = backup.faults.empty();
  const ExitStatus status = output.Result(Text(backup),
                                          JsonObject()
                                              .Text("path", backup.path)
                                              .Number("bytes", backup.bytes)
                                              .Number("users", backup.users)
                                              .Json("faults", FaultArray(backup)),
                                          sound ? kExitOk : kExitNo);
  if (status != kExitNo) return status;
  return output.Fail({"DATA_LOSS", "VERIFICATION_FAILED",
                      "the backup was made, but keys in it do not open, as in the store itself",
                      "keyward verify, on the server's machine, tells all of them"},
                     kExitNo);
}

}  // namespace

ExitStatus MakeBackup(const Invocation& invocation, Output& output) {
  return CallServer<AdminClient>(
      invocation, output,
      [&](const AdminClient& admin) {
        return Wait(
            std::async(std::launch::async, [&] { return admin.Backup(invocation.backup_name); }));
      },
      [&](const BackupResult& backup) { return Show(backup, output); });
}

}  // namespace keyward::cli
