#include "client/cli/legacy_report.h"

#include "absl/strings/str_cat.h"
#include "client/cli/terminal_text.h"

namespace keyward::cli {

void LegacyReport::Fault(std::string_view name, const std::string& user_id,
                         std::string_view reason) {
  Count(name);
  ++faults_;
  if (!output_works_) return;
  progress_.Hide();
  const std::string text =
      absl::StrCat("user ", Harmless(JsonText(user_id)), ": ", std::string(reason));
  const JsonObject object = JsonObject().Text("user_id", user_id).Text("reason", reason);
  output_works_ = output_.Result(text, object) == kExitOk;
}

std::uint64_t LegacyReport::rows() const {
  std::uint64_t sum = 0;
  for (const auto& [name, count] : counts_) sum += count;
  return sum;
}

std::uint64_t LegacyReport::count(std::string_view name) const {
  const auto found = counts_.find(name);
  return found == counts_.end() ? 0 : found->second;
}

}  // namespace keyward::cli
