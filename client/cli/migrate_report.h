#ifndef KEYWARD_CLIENT_CLI_MIGRATE_REPORT_H_
#define KEYWARD_CLIENT_CLI_MIGRATE_REPORT_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "client/cli/migrate_rule.h"
#include "client/cli/migrate_tally.h"
#include "client/cli/migrate_value.h"
#include "client/cli/output.h"

namespace keyward::cli {

// What a migration did, or would do, by rule. Not thread-safe.
class MigrationReport {
 public:
  // `applied`: values were written. `rules` must outlive it.
  MigrationReport(const std::vector<MigrationRule>& rules, MigrationMode mode, bool applied)
      : rules_(rules), mode_(mode), applied_(applied), tallies_(rules.size()) {}

  void Add(std::size_t rule, const MigrationTally& tally) { tallies_[rule] += tally; }
  // Of all rules.
  MigrationTally Total() const;

  // Writes the report, and what is still to be done. `stopped`: why the run ended early.
  ExitStatus Finish(Output& output, const Sightings& passed_over,
                    const std::optional<Failure>& stopped) const;

 private:
  std::string Text(const MigrationTally& total, const Sightings& passed_over, bool complete) const;
  std::string Table(const MigrationTally& total) const;
  JsonObject Json(const MigrationTally& total, const Sightings& passed_over, bool complete) const;
  JsonObject JsonCounts(const MigrationTally& tally) const;
  std::optional<Failure> Unfinished(const MigrationTally& total) const;

  const std::vector<MigrationRule>& rules_;
  const MigrationMode mode_;
  const bool applied_;
  std::vector<MigrationTally> tallies_;
};

}  // namespace keyward::cli

#endif  // KEYWARD_CLIENT_CLI_MIGRATE_REPORT_H_
