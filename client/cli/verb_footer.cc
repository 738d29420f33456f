#include "client/cli/verb_footer.h"

namespace keyward::cli {
namespace {

constexpr std::string_view kBatchRules = R"(
Each line is a JSON object, and its answer a line at the same place. --user or --pool,
--associated-data, --allow-legacy-plaintext and --format stand for what a line leaves out; an id, a
string or a number, comes back with the answer. A line that fails does not stop the others: its answer has its
number and the error, whose reason is INVALID_LINE where the line itself is wrong (no JSON, over 3
MiB, a field that is unknown or of the wrong type). Where a whole call to the server fails, its lines
fail with it; --deadline is for each such call. A terminal on stderr shows the progress. Exit status:
0 where every line succeeded, 1 where any failed, which one line on stderr sums up.)";

}  // namespace

std::string VerbFooter(const VerbHelp& verb) {
  std::string footer = "\nExample:\n  " + std::string(verb.example) + "\n\nWith --json:\n  " +
                       std::string(verb.json);
  if (!verb.batch.empty()) {
    footer.append(verb.name == "rewrap" ? "\n\nThe lines:\n" : "\n\nMany values, with --batch:\n")
        .append(verb.batch)
        .append(kBatchRules);
  }
  return footer.append(kFooterEnd);
}

}  // namespace keyward::cli
