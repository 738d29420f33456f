#include "bench/target.h"

#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace keyward::bench {
namespace {

using NameAndValue = std::pair<std::string, std::string>;

absl::Status Set(const NameAndValue& option, Target& target) {
  const auto& [name, value] = option;
  if (name == "pid" && absl::SimpleAtoi(value, &target.pid) && target.pid > 0) {
    return absl::OkStatus();
  }
  if (name == "tokens" && !value.empty()) {
    target.tokens = value;
    return absl::OkStatus();
  }
  if (name == "method" && value.size() > 1 && value[0] == '/') {
    target.method = value;
    target.kind = Target::Kind::kEcho;
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat("'", name, "=", value, "' makes no sense here"));
}

}  // namespace

absl::StatusOr<Target> ParseTarget(std::string_view text) {
  const std::vector<std::string> parts =
      absl::StrSplit(absl::string_view(text.data(), text.size()), ',');
  Target target;
  for (size_t i = 0; i < parts.size(); ++i) {
    const NameAndValue part = absl::StrSplit(parts[i], absl::MaxSplits('=', 1));
    if (i > 0) {
      if (absl::Status status = Set(part, target); !status.ok()) return status;
      continue;
    }
    if (part.first.empty() || part.second.empty()) {
      return absl::InvalidArgumentError("a target is NAME=ADDRESS[,OPTION=VALUE...]");
    }
    target.name = part.first;
    target.address = part.second;
  }
  return target;
}

}  // namespace keyward::bench
