#include "client/cli/man_page.h"

#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"

namespace keyward::cli {
namespace {

// In ASCII: which encoding a page is in, man can but guess.
std::string Ascii(const std::string& text) {
  return absl::StrReplaceAll(text, {{"…", "..."}, {"→", "->"}});
}

// Text that is no request and holds no escape; '-' is what can be typed.
std::string Escaped(const std::string& text) {
  std::string escaped = absl::StrReplaceAll(Ascii(text), {{"\\", "\\e"},
                                                          {"-", "\\-"},
                                                          {"'", "\\(aq"},
                                                          {"`", "\\(ga"},
                                                          {"^", "\\(ha"},
                                                          {"~", "\\(ti"}});
  return escaped.starts_with('.') ? "\\&" + escaped : escaped;
}

std::string Verbatim(const std::string& text) {
  std::string lines;
  for (absl::string_view line : absl::StrSplit(absl::StripAsciiWhitespace(text), '\n')) {
    absl::StrAppend(&lines, line.empty() ? std::string(".sp") : Escaped(std::string(line)), "\n");
  }
  return absl::StrCat(".PP\n.nf\n", lines, ".fi\n");
}

std::string OptionText(const CommandOption& option) {
  std::string name = absl::StrCat("\\fB", Escaped(absl::StrJoin(option.names, ", ")), "\\fR");
  const std::string& value = option.value.name;
  const bool argument = !option.names.front().starts_with('-');
  if (!value.empty() && !argument) absl::StrAppend(&name, " \\fI", Escaped(value), "\\fR");
  std::string text = option.description;
  if (!option.value.choices.empty()) {
    absl::StrAppend(&text, text.empty() ? "" : ": ", absl::StrJoin(option.value.choices, ", "));
  }
  if (!option.default_value.empty()) absl::StrAppend(&text, " [", option.default_value, "]");
  if (!option.environment.empty()) absl::StrAppend(&text, " (or ", option.environment, ")");
  if (option.required) absl::StrAppend(&text, text.empty() ? "" : "; ", "required");
  return absl::StrCat(".TP\n", name, "\n", Escaped(text.empty() ? "what it is about" : text), "\n");
}

std::string Options(const CommandTree& tree) {
  std::string text;
  for (const CommandOption& argument : tree.arguments) text += OptionText(argument);
  for (const CommandOption& option : tree.options) {
    if (option.names.back() != "--help") text += OptionText(option);
  }
  return text;
}

// The command line, in bold: "key destroy".
std::string Heading(const std::string& place) { return absl::StrCat(".SS ", Escaped(place), "\n"); }

void AddCommand(const CommandTree& tree, const std::string& place, std::string& page) {
  absl::StrAppend(&page, Heading(place), Escaped(tree.summary), ".\n", Options(tree));
  for (const CommandTree& command : tree.commands) {
    AddCommand(command, absl::StrCat(place, " ", command.name), page);
  }
  if (!tree.details.empty()) absl::StrAppend(&page, Verbatim(tree.details));
}

}  // namespace

std::string ManPage(const CommandTree& tree) {
  std::string page = absl::StrCat(
      ".TH KEYWARD 1 \"\" \"keyward ", KEYWARD_VERSION, "\" \"User commands\"\n",
      ".SH NAME\nkeyward \\- ",
      Escaped("command-line client of the key-management service Keyward"),
      "\n.SH SYNOPSIS\n.B keyward\n[\\fIoptions\\fR] \\fIcommand\\fR [\\fIoptions\\fR]\n",
      ".SH DESCRIPTION\n", Escaped(tree.summary), "\n", Verbatim(tree.details),
      ".SH OPTIONS\nThese stand before or behind the command.\n", Options(tree), ".SH COMMANDS\n");
  for (const CommandTree& command : tree.commands) AddCommand(command, command.name, page);
  return page + ".SH SEE ALSO\n.BR man (1)\n";
}

}  // namespace keyward::cli
