#include "client/cli/backup.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "client/cli/call_server.h"
#include "client/cli/long_call.h"
#include "client/cli/store_faults.h"
#include "client/cli/terminal_text.h"
#include "keyward/admin_client.h"

namespace keyward::cli {
namespace {

using client::AdminClient;
using client::BackupResult;

std::string Text(const BackupResult& backup) {
  std::string text =
      absl::StrCat(Harmless(backup.path), ": ", backup.bytes, " bytes, ", backup.users, " users");
  if (backup.faults.empty()) return text;
  return absl::StrCat(text, "\n", FaultTable(backup.faults));
}

ExitStatus Show(const BackupResult& backup, Output& output) {
  const bool sound = backup.faults.empty();
  const ExitStatus status = output.Result(Text(backup),
                                          JsonObject()
                                              .Text("path", backup.path)
                                              .Number("bytes", backup.bytes)
                                              .Number("users", backup.users)
                                              .Json("faults", FaultArray(backup.faults)),
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
        return ShowHowLong("backing up", [&] { return admin.Backup(invocation.backup_name); });
      },
      [&](const BackupResult& backup) { return Show(backup, output); });
}

}  // namespace keyward::cli
