#include "client/cli/verify_online.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "client/cli/call_server.h"
#include "client/cli/long_call.h"
#include "client/cli/store_faults.h"
#include "keyward/admin_client.h"

namespace keyward::cli {
namespace {

using client::AdminClient;
using client::VerifyResult;

std::string Text(const VerifyResult& found) {
  const bool sound = found.faults.empty();
  std::string text =
      absl::StrCat(sound ? "OK: " : "BAD: ", found.users, " users, ", found.keys, " keys opened");
  return sound ? text : absl::StrCat(text, "\n", FaultTable(found.faults));
}

ExitStatus Show(const VerifyResult& found, Output& output) {
  const bool sound = found.faults.empty();
  const ExitStatus status = output.Result(Text(found),
                                          JsonObject()
                                              .Boolean("verified", sound)
                                              .Number("users", found.users)
                                              .Number("keys", found.keys)
                                              .Json("faults", FaultArray(found.faults)),
                                          sound ? kExitOk : kExitNo);
  if (status != kExitNo) return status;
  return output.Fail({"DATA_LOSS", "VERIFICATION_FAILED", "keys in the server's store do not open",
                      "of each kind the first users are named"},
                     kExitNo);
}

}  // namespace

ExitStatus VerifyOnline(const Invocation& invocation, Output& output) {
  return CallServer<AdminClient>(
      invocation, output,
      [](const AdminClient& admin) {
        return ShowHowLong("verifying", [&] { return admin.VerifyStore(); });
      },
      [&](const VerifyResult& found) { return Show(found, output); });
}

}  // namespace keyward::cli
