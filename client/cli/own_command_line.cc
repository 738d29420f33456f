#include "client/cli/own_command_line.h"

#include "client/cli/command_tree.h"
#include "client/cli/completion.h"
#include "client/cli/man_page.h"

namespace keyward::cli {
namespace {

constexpr char kCompletionFooter[] = R"(
Example:
  bash:  source <(keyward completion bash)
  zsh:   keyward completion zsh > "${fpath[1]}/_keyward"
  fish:  keyward completion fish > ~/.config/fish/completions/keyward.fish

An installed package has them in their places.)";

constexpr char kManFooter[] = R"(
Example:
  keyward man | man -l -)";

}  // namespace

void AddOwnVerbs(CLI::App& app) {
  CLI::App* completion =
      app.add_subcommand("completion", "Print what makes a shell complete keyward's command lines");
  completion->add_option("SHELL")->description("Whose")->required()->check(
      CLI::IsMember({"bash", "zsh", "fish"}));
  completion->footer(kCompletionFooter);
  app.add_subcommand("man", "Print the manual page, for man(1)")->footer(kManFooter);
}

std::optional<std::string> OwnText(const CLI::App& app) {
  if (app.got_subcommand("man")) return ManPage(DescribeCommands(app));
  if (!app.got_subcommand("completion")) return std::nullopt;
  const auto shell = app.get_subcommand("completion")->get_option("SHELL")->as<std::string>();
  const CommandTree tree = DescribeCommands(app);
  if (shell == "zsh") return ZshCompletion(tree);
  return shell == "fish" ? FishCompletion(tree) : BashCompletion(tree);
}

}  // namespace keyward::cli
