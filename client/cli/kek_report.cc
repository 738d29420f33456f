#include "client/cli/kek_report.h"

#include "absl/strings/str_cat.h"
#include "client/cli/table.h"
#include "client/cli/terminal_text.h"
#include "client/cli/times.h"

namespace keyward::cli {
namespace {

using client::KekMetadata;
using client::RewrapProgress;

std::string YesOrNo(bool yes) { return yes ? "yes" : "no"; }

}  // namespace

JsonObject KekObject(const KekMetadata& kek) {
  JsonObject object;
  object.Text("kek_id", kek.kek_id)
      .Boolean("current", kek.current)
      .Boolean("loaded", kek.loaded)
      .Number("keys", kek.keys);
  if (kek.retire_time) object.Text("retire_time", ExactTime(*kek.retire_time));
  return object;
}

JsonObject RewrapObject(const RewrapProgress& progress) {
  JsonObject object;
  object.Text("state", Name(progress.state))
      .Text("kek_id", progress.kek_id)
      .Number("users_seen", progress.users_seen)
      .Number("keys_rewrapped", progress.keys_rewrapped)
      .Number("keys_failed", progress.keys_failed)
      .Number("keys_at_start", progress.keys_at_start);
  if (progress.start_time) object.Text("start_time", ExactTime(*progress.start_time));
  if (progress.end_time) object.Text("end_time", ExactTime(*progress.end_time));
  if (!progress.error.empty()) object.Text("error", progress.error);
  return object;
}

JsonObject KekStatusObject(const client::KekStatusResult& status) {
  std::string keks;
  for (const KekMetadata& kek : status.keks) {
    absl::StrAppend(&keks, keks.empty() ? "" : ",", KekObject(kek).Line());
  }
  return JsonObject()
      .Json("keks", absl::StrCat("[", keks, "]"))
      .Object("rewrap", RewrapObject(status.rewrap));
}

std::string RewrapText(const RewrapProgress& progress) {
  std::string text(Name(progress.state));
  if (progress.state == client::RewrapState::kIdle) return text;
  absl::StrAppend(&text, ": ", progress.keys_rewrapped, " of ", progress.keys_at_start,
                  " keys rewrapped under ", Harmless(progress.kek_id));
  if (progress.keys_failed > 0) absl::StrAppend(&text, ", ", progress.keys_failed, " failed");
  if (progress.start_time) absl::StrAppend(&text, ", begun ", TimeInSeconds(*progress.start_time));
  if (progress.end_time) absl::StrAppend(&text, ", ended ", TimeInSeconds(*progress.end_time));
  if (!progress.error.empty()) absl::StrAppend(&text, ": ", Harmless(progress.error));
  return text;
}

std::string KekStatusText(const client::KekStatusResult& status) {
  Table table({"KEK", "CURRENT", "LOADED", "KEYS", "RETIRED"});
  for (const KekMetadata& kek : status.keks) {
    table.Add({kek.kek_id, YesOrNo(kek.current), YesOrNo(kek.loaded), absl::StrCat(kek.keys),
               kek.retire_time ? TimeInSeconds(*kek.retire_time) : ""});
  }
  return absl::StrCat(table.Take(), "\nrewrap: ", RewrapText(status.rewrap));
}

}  // namespace keyward::cli
