#include "client/cli/verify_report.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "client/cli/terminal_text.h"

namespace keyward::cli {
namespace {

// In text, for people: a KEK that is not loaded would give a line for every row.
constexpr std::uint64_t kLinesOfAReason = 100;

std::string Counted(std::uint64_t count, const char* what) {
  return absl::StrCat(count, " ", what, count == 1 ? "" : "s");
}

}  // namespace

VerifyReport::VerifyReport(const keyring::MasterKeys& keks, Output& output, LateProgress& progress)
    : output_(output), progress_(progress) {
  for (const keyring::Kek& kek : keks.all()) {
    keks_[kek.hex_id()] = {.loaded = true, .current = &kek == keks.current()};
  }
}

void VerifyReport::FileDamage(absl::string_view what) {
  Fault("the file", "FILE_DAMAGED", std::string(what), JsonObject());
}

void VerifyReport::User(const store::UserKeys& user,
                        const std::vector<keyring::FoundFault>& faults) {
  ++users_;
  versions_ += user.versions.size();
  for (const store::KeyVersion& key : user.versions) {
    if (key.state == store::VersionState::kDestroyed) {
      ++destroyed_;
    } else if (key.kek_id.size() == keyring::kKekIdBytes) {
      ++keks_[absl::BytesToHexString(key.kek_id)].versions;
    }
  }
  for (const keyring::FoundFault& fault : faults) {
    std::string whose = absl::StrCat("user ", Harmless(JsonText(user.user_id)));
    JsonObject object;
    object.Text("user_id", user.user_id);
    if (fault.version) {
      absl::StrAppend(&whose, ", version ", *fault.version);
      object.Number("version", *fault.version);
    }
    Fault(whose, keyring::FaultName(fault.fault), fault.what, std::move(object));
  }
}

void VerifyReport::Fault(const std::string& whose, std::string_view reason, std::string_view what,
                         JsonObject object) {
  ++faults_;
  const std::uint64_t count = ++reasons_[std::string(reason)];
  if (!output_works_ || (!output_.json() && count > kLinesOfAReason)) return;
  progress_.Hide();
  object.Text("reason", reason).Text("message", what);
  const std::string text = absl::StrCat(whose, ": ", std::string(reason), ": ", Harmless(what));
  output_works_ = output_.Result(text, object, kExitNo) == kExitNo;
}

ExitStatus VerifyReport::Finish(std::string_view path) {
  if (!output_works_) return kExitUsage;
  if (faults_ == 0) return Sum(kExitOk);
  if (Sum(kExitNo) != kExitNo) return kExitUsage;
  const bool kek_missing = reasons_.count("KEK_NOT_LOADED") > 0;
  return output_.Fail(
      {"DATA_LOSS", "VERIFICATION_FAILED",
       absl::StrCat(std::string(path), ": ", Counted(faults_, "fault"), ": ", FaultCounts()),
       kek_missing ? "load older KEKs with API_KEY_MASTER_KEY_PREVIOUS" : ""},
      kExitNo);
}

ExitStatus VerifyReport::Sum(ExitStatus status) {
  std::string text = absl::StrCat(faults_ == 0 ? "OK" : "BAD", ": ", Counted(users_, "user"), ", ",
                                  Counted(versions_, "version"));
  if (destroyed_ > 0) absl::StrAppend(&text, ", ", destroyed_, " of them destroyed");
  JsonObject object;
  object.Boolean("verified", faults_ == 0)
      .Number("users", users_)
      .Number("versions", versions_)
      .Number("destroyed", destroyed_)
      .Number("faults", faults_)
      .Json("keks", KekArray());
  return output_.Result(text + KekLines(), object, status);
}

std::string VerifyReport::KekLines() const {
  std::string lines;
  for (const auto& [id, kek] : keks_) {
    absl::StrAppend(&lines, "\nkek ", id, ": ", Counted(kek.versions, "version"), ", ",
                    kek.current  ? "current"
                    : kek.loaded ? "previous"
                                 : "not loaded");
  }
  return lines;
}

std::string VerifyReport::KekArray() const {
  std::string array;
  for (const auto& [id, kek] : keks_) {
    absl::StrAppend(&array, array.empty() ? "" : ",",
                    JsonObject()
                        .Text("kek_id", id)
                        .Number("versions", kek.versions)
                        .Boolean("loaded", kek.loaded)
                        .Boolean("current", kek.current)
                        .Line());
  }
  return absl::StrCat("[", array, "]");
}

std::string VerifyReport::FaultCounts() const {
  std::string counts;
  for (const auto& [reason, count] : reasons_) {
    absl::StrAppend(&counts, counts.empty() ? "" : ", ", count, " ", reason);
    if (!output_.json() && count > kLinesOfAReason) {
      absl::StrAppend(&counts, " (", count - kLinesOfAReason, " not shown, --json has all)");
    }
  }
  return counts;
}

}  // namespace keyward::cli
