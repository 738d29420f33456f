#include "client/cli/command_tree.h"

#include <CLI/CLI.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "client/cli/verb_footer.h"

namespace keyward::cli {
namespace {

// CLI11 writes what a value may be behind the kind: "TEXT:{bash,zsh}".
ValueKind DescribeValue(const CLI::Option& option) {
  ValueKind kind;
  if (option.get_items_expected_max() == 0) return kind;
  const std::string type = option.get_type_name();
  kind.name = type.substr(0, type.find(':'));
  kind.file = kind.name == "FILE" || option.get_name(/*positional=*/true) == "FILE" ||
              option.get_name(/*positional=*/true) == "DIR";
  const std::size_t open = type.find('{'), close = type.find('}');
  if (open != std::string::npos && close != std::string::npos) {
    kind.choices = absl::StrSplit(type.substr(open + 1, close - open - 1), ',');
  }
  return kind;
}

CommandOption Describe(const CLI::Option& option) {
  CommandOption described{.value = DescribeValue(option),
                          .description = option.get_description(),
                          .default_value = option.get_default_str(),
                          .environment = option.get_envname(),
                          .required = option.get_required(),
                          .repeated = option.get_items_expected_max() > 1};
  for (const std::string& name : option.get_snames()) described.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) described.names.push_back("--" + name);
  if (described.names.empty()) described.names.push_back(option.get_name(/*positional=*/true));
  return described;
}

std::string Details(const CLI::App& app) {
  std::string details = app.get_footer();
  if (absl::EndsWith(details, absl::string_view(kFooterEnd.data(), kFooterEnd.size()))) {
    details.resize(details.size() - kFooterEnd.size());
  }
  return std::string(absl::StripPrefix(details, "\n"));
}

}  // namespace

CommandTree DescribeCommands(const CLI::App& app) {
  CommandTree tree{
      .name = app.get_name(), .summary = app.get_description(), .details = Details(app)};
  for (const CLI::Option* option : app.get_options()) {
    // Every command has its own.
    if (option == app.get_help_ptr() && app.get_parent() != nullptr) continue;
    (option->get_positional() ? tree.arguments : tree.options).push_back(Describe(*option));
  }
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    tree.commands.push_back(DescribeCommands(*command));
  }
  return tree;
}

}  // namespace keyward::cli
