#include "client/cli/missing_command.h"

#include <CLI/CLI.hpp>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace keyward::cli {
namespace {

const CLI::App& LastParsed(const CLI::App& app) {
  const CLI::App* last = &app;
  while (!last->get_subcommands().empty()) last = last->get_subcommands().front();
  return *last;
}

}  // namespace

std::optional<std::string> MissingCommand(const CLI::App& app) {
  const CLI::App& last = LastParsed(app);
  std::vector<std::string> names;
  for (const CLI::App* each : last.get_subcommands([](const CLI::App*) { return true; })) {
    if (!each->get_name().empty()) names.push_back(each->get_name());
  }
  if (names.empty()) return std::nullopt;
  return absl::StrCat(last.get_name(), " takes a command: ", absl::StrJoin(names, ", "));
}

}  // namespace keyward::cli
