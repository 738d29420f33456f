#include "client/cli/key_report.h"

#include <string_view>

#include "absl/strings/str_cat.h"
#include "client/cli/table.h"
#include "client/cli/terminal_text.h"
#include "client/cli/times.h"

namespace keyward::cli {
namespace {

using client::KeyVersionMetadata;
using client::UserKeyMetadata;

std::string VersionArray(const UserKeyMetadata& key) {
  std::string array;
  for (const KeyVersionMetadata& version : key.versions) {
    JsonObject object;
    object.Number("version", version.version)
        .Text("state", Name(version.state))
        .Text("create_time", ExactTime(version.create_time));
    if (!version.kek_id.empty()) object.Text("kek_id", version.kek_id);
    object.Number("messages", version.messages);
    absl::StrAppend(&array, array.empty() ? "" : ",", object.Line());
  }
  return absl::StrCat("[", array, "]");
}

std::string VersionTable(const UserKeyMetadata& key) {
  Table table({"VERSION", "STATE", "CREATED", "KEK", "MESSAGES"});
  for (const KeyVersionMetadata& version : key.versions) {
    table.Add({absl::StrCat(version.version), std::string(Name(version.state)),
               TimeInSeconds(version.create_time), version.kek_id, absl::StrCat(version.messages)});
  }
  return table.Take();
}

std::string PrimaryCreated(const UserKeyMetadata& key) {
  for (const KeyVersionMetadata& version : key.versions) {
    if (version.version == key.primary_version) return TimeInSeconds(version.create_time);
  }
  return "";
}

}  // namespace

JsonObject KeyObject(const UserKeyMetadata& key) {
  JsonObject object;
  object.Text("user_id", key.user_id)
      .Text("state", Name(key.state))
      .Number("primary_version", key.primary_version)
      .Number("min_version", key.min_version)
      .Text("etag", key.etag);
  if (key.purge_time) object.Text("purge_time", ExactTime(*key.purge_time));
  if (!key.rotation_due.empty()) object.Text("rotation_due", key.rotation_due);
  return object.Json("versions", VersionArray(key));
}

std::string KeyText(const UserKeyMetadata& key) {
  std::string text =
      absl::StrCat("user_id: ", Harmless(key.user_id), "\nstate: ", std::string(Name(key.state)),
                   "\nprimary_version: ", key.primary_version, "\nmin_version: ", key.min_version,
                   "\netag: ", Harmless(key.etag), "\n");
  if (key.purge_time) absl::StrAppend(&text, "purge_time: ", TimeInSeconds(*key.purge_time), "\n");
  if (!key.rotation_due.empty()) {
    absl::StrAppend(&text, "rotation_due: ", Harmless(key.rotation_due), "\n");
  }
  return text + VersionTable(key);
}

std::vector<std::string> KeyHeadings() {
  return {"USER", "STATE", "PRIMARY", "VERSIONS", "CREATED", "ETAG", "DUE", "PURGE"};
}

std::vector<std::string> KeyRow(const UserKeyMetadata& key) {
  return {key.user_id,
          std::string(Name(key.state)),
          absl::StrCat(key.primary_version),
          absl::StrCat(key.versions.size()),
          PrimaryCreated(key),
          key.etag,
          key.rotation_due,
          key.purge_time ? TimeInSeconds(*key.purge_time) : ""};
}

}  // namespace keyward::cli
