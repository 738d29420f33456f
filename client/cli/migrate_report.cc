#include "client/cli/migrate_report.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/cli/terminal_text.h"

namespace keyward::cli {
namespace {

// How a mode's counts are called, and what its report ends with.
struct Words {
  std::string mode;
  std::string done;
  std::string left;
  std::string end;
};

Words WordsFor(MigrationMode mode, bool applied) {
  switch (mode) {
    case MigrationMode::kVerify:
      return {"verify", "opened", "plaintext", "Nothing was written."};
    case MigrationMode::kRollback:
      if (applied) return {"rollback", "decrypted", "already_plaintext", ""};
      return {"rollback", "to_decrypt", "already_plaintext",
              "Dry run: nothing was written; --apply writes."};
    case MigrationMode::kEncrypt:
      break;
  }
  if (applied) return {"encrypt", "encrypted", "already_encrypted", ""};
  return {"encrypt", "to_encrypt", "already_encrypted",
          "Dry run: nothing was written; --apply writes."};
}

std::string Spaced(std::string name) {
  std::replace(name.begin(), name.end(), '_', ' ');
  return name;
}

using Row = std::vector<std::string>;

Row CountsRow(std::string name, const MigrationTally& tally) {
  Row row = {std::move(name)};
  for (const std::uint64_t count : {tally.keys, tally.values, tally.done, tally.left, tally.empty,
                                    tally.changed, tally.failed}) {
    row.push_back(std::to_string(count));
  }
  return row;
}

// The first column to the left, the others to the right.
std::string Aligned(const std::vector<Row>& rows) {
  std::vector<std::size_t> widths(rows[0].size());
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (const Row& row : rows) {
    text += row[0] + std::string(widths[0] - row[0].size(), ' ');
    for (std::size_t i = 1; i < row.size(); ++i) {
      text += "  " + std::string(widths[i] - row[i].size(), ' ') + row[i];
    }
    text += '\n';
  }
  return text;
}

std::string Names(const std::vector<std::string>& keys) {
  std::string names;
  for (const std::string& key : keys) {
    absl::StrAppend(&names, names.empty() ? "" : ", ", Harmless(JsonText(key)));
  }
  return names;
}

JsonObject JsonSightings(const Sightings& sightings) {
  std::string keys;
  for (const std::string& key : sightings.keys) {
    absl::StrAppend(&keys, keys.empty() ? "" : ",", JsonText(key));
  }
  return JsonObject().Number("count", sightings.count).Json("keys", absl::StrCat("[", keys, "]"));
}

}  // namespace

MigrationTally MigrationReport::Total() const {
  MigrationTally total;
  for (const MigrationTally& each : tallies_) total += each;
  return total;
}

ExitStatus MigrationReport::Finish(Output& output, const Sightings& passed_over,
                                   const std::optional<Failure>& stopped) const {
  const MigrationTally total = Total();
  const std::optional<Failure> unfinished = stopped ? stopped : Unfinished(total);
  const ExitStatus status = unfinished ? kExitNo : kExitOk;
  const bool complete = !stopped.has_value();
  const ExitStatus written =
      output.Result(Text(total, passed_over, complete), Json(total, passed_over, complete), status);
  if (written != status) return written;
  return unfinished ? output.Fail(*unfinished, status) : status;
}

std::string MigrationReport::Text(const MigrationTally& total, const Sightings& passed_over,
                                  bool complete) const {
  std::string text = Table(total);
  for (const auto& [reason, sightings] : total.failures) {
    absl::StrAppend(&text, reason, ": ", sightings.count, ", first in ", Names(sightings.keys),
                    "\n");
  }
  if (passed_over.count > 0) {
    absl::StrAppend(&text, "Keys that resemble a pattern and fit none: ", passed_over.count,
                    ", first ", Names(passed_over.keys), "\n");
  }
  if (!complete) text += "The run ended early: there may be more.\n";
  text += WordsFor(mode_, applied_).end;
  if (text.ends_with('\n')) text.pop_back();
  return text;
}

std::string MigrationReport::Table(const MigrationTally& total) const {
  const Words words = WordsFor(mode_, applied_);
  std::vector<Row> rows = {{"rule", "keys", "values", Spaced(words.done), Spaced(words.left),
                            "empty", "changed meanwhile", "failed"}};
  for (std::size_t i = 0; i < rules_.size(); ++i) {
    rows.push_back(CountsRow(Harmless(rules_[i].name), tallies_[i]));
  }
  if (rules_.size() > 1) rows.push_back(CountsRow("all", total));
  return Aligned(rows);
}

JsonObject MigrationReport::Json(const MigrationTally& total, const Sightings& passed_over,
                                 bool complete) const {
  std::string rules, failures;
  for (std::size_t i = 0; i < rules_.size(); ++i) {
    const JsonObject counts = JsonCounts(tallies_[i]);
    absl::StrAppend(&rules, rules.empty() ? "" : ",",
                    JsonObject().Text("rule", rules_[i].name).Object("counts", counts).Line());
  }
  for (const auto& [reason, sightings] : total.failures) {
    const JsonObject seen = JsonSightings(sightings);
    absl::StrAppend(&failures, failures.empty() ? "" : ",", JsonText(reason), ":", seen.Line());
  }
  return JsonObject()
      .Text("mode", WordsFor(mode_, applied_).mode)
      .Boolean("applied", applied_)
      .Boolean("complete", complete)
      .Object("total", JsonCounts(total))
      .Json("rules", absl::StrCat("[", rules, "]"))
      .Json("failures", absl::StrCat("{", failures, "}"))
      .Object("passed_over", JsonSightings(passed_over));
}

JsonObject MigrationReport::JsonCounts(const MigrationTally& tally) const {
  const Words words = WordsFor(mode_, applied_);
  return JsonObject()
      .Number("keys", tally.keys)
      .Number("values", tally.values)
      .Number(words.done, tally.done)
      .Number(words.left, tally.left)
      .Number("empty", tally.empty)
      .Number("changed_meanwhile", tally.changed)
      .Number("failed", tally.failed);
}

// Why it is not all well; nullopt where it is.
std::optional<Failure> MigrationReport::Unfinished(const MigrationTally& total) const {
  const bool verify = mode_ == MigrationMode::kVerify;
  const std::uint64_t plaintext = verify ? total.left : 0;
  if (total.failed == 0 && total.changed == 0 && plaintext == 0) return std::nullopt;
  const std::string message = absl::StrCat(
      total.failed, " failed, ", verify ? plaintext : total.changed,
      verify ? " are plaintext" : " were changed meanwhile", "; ", total.values, " values in all");
  const std::string hint = total.changed > 0 ? "run it again for what was changed meanwhile" : "";
  return Failure{"DATA_LOSS", verify ? "VERIFICATION_FAILED" : "MIGRATION_INCOMPLETE", message,
                 hint};
}

}  // namespace keyward::cli
