#include "client/cli/key_verbs.h"

#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "client/cli/call_server.h"
#include "client/cli/confirmation.h"
#include "client/cli/key_report.h"
#include "client/cli/table.h"
#include "keyward/admin_client.h"

namespace keyward::cli {
namespace {

using client::AdminClient;
using client::UserKeyMetadata;

absl::StatusOr<UserKeyMetadata> Change(const AdminClient& admin, const KeyQuestion& asked) {
  const std::string_view action = asked.action;
  const client::VersionOptions version{asked.version, asked.etag};
  if (action == "rotate") return admin.RotateUserKey(asked.user, {asked.request_id, asked.etag});
  if (action == "disable") return admin.DisableUserKey(asked.user, version);
  if (action == "enable") return admin.EnableUserKey(asked.user, version);
  if (action == "set-min-version") {
    return admin.SetMinimumVersion(asked.user, asked.version, asked.etag);
  }
  if (action == "delete") return admin.DeleteUserKey(asked.user, asked.etag);
  if (action == "undelete") return admin.UndeleteUserKey(asked.user, asked.etag);
  return admin.GetUserKey(asked.user);
}

ExitStatus ShowKey(const UserKeyMetadata& key, Output& output) {
  return output.Result(KeyText(key), KeyObject(key));
}

ExitStatus ShowPage(const client::UserKeyPage& page, Table& table, Output& output) {
  if (!output.json()) {
    for (const UserKeyMetadata& key : page.user_keys) table.Add(KeyRow(key));
    const std::string rows = table.Take();
    return rows.empty() ? kExitOk : output.Result(rows, JsonObject());
  }
  for (const UserKeyMetadata& key : page.user_keys) {
    if (const ExitStatus status = output.Result("", KeyObject(key)); status != kExitOk) {
      return status;
    }
  }
  return kExitOk;
}

// All pages, each as it comes.
ExitStatus List(const Invocation& invocation, Output& output) {
  client::ListOptions options{invocation.key.page_size, "", invocation.key.filter};
  Table table(KeyHeadings());
  do {
    const ExitStatus status = CallServer<AdminClient>(
        invocation, output, [&](const AdminClient& admin) { return admin.ListUserKeys(options); },
        [&](client::UserKeyPage& page) {
          options.page_token = std::move(page.next_page_token);
          return ShowPage(page, table, output);
        });
    if (status != kExitOk) return status;
  } while (!options.page_token.empty());
  return kExitOk;
}

ExitStatus Destroy(const Invocation& invocation, const std::string& etag, Output& output) {
  return CallServer<AdminClient>(
      invocation, output,
      [&](const AdminClient& admin) { return admin.DestroyUserKey(invocation.key.user, etag); },
      [&](const UserKeyMetadata& key) { return ShowKey(key, output); });
}

// Looks at the key first, for its etag, and for whoever is asked.
ExitStatus LookAndDestroy(const Invocation& invocation, Output& output) {
  const KeyQuestion& asked = invocation.key;
  if (invocation.yes && !asked.etag.empty()) return Destroy(invocation, asked.etag, output);
  return CallServer<AdminClient>(
      invocation, output, [&](const AdminClient& admin) { return admin.GetUserKey(asked.user); },
      [&](const UserKeyMetadata& key) {
        const std::string what =
            absl::StrCat(KeyText(key),
                         "\nAll versions are erased, and with them all that is sealed under them.");
        const auto refused = Refused(invocation, output, what, "the user's id", asked.user);
        if (refused) return *refused;
        return Destroy(invocation, asked.etag.empty() ? key.etag : asked.etag, output);
      });
}

}  // namespace

ExitStatus RunKey(const Invocation& invocation, Output& output) {
  if (invocation.key.action == "list") return List(invocation, output);
  if (invocation.key.action == "destroy") return LookAndDestroy(invocation, output);
  return CallServer<AdminClient>(
      invocation, output, [&](const AdminClient& admin) { return Change(admin, invocation.key); },
      [&](const UserKeyMetadata& key) { return ShowKey(key, output); });
}

}  // namespace keyward::cli
