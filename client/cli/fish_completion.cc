#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "client/cli/completion.h"

namespace keyward::cli {
namespace {

constexpr std::string_view kFunctions =
    R"fish(function __keyward_place # the command that the words so far lead to
    set -l place keyward
    for word in (commandline -opc)[2..-1]
        if contains -- "$place $word" $__keyward_places
            set place "$place $word"
        end
    end
    echo $place
end

function __keyward_at # PLACE: whether they lead to it
    test (__keyward_place) = $argv[1]
end

function __keyward_under # PLACE: whether they lead to it, or to one below it
    string match -q -- "$argv[1]*" (__keyward_place)
end

complete -c keyward -f
)fish";

std::string Quoted(const std::string& text) {
  return absl::StrCat("'", absl::StrReplaceAll(text, {{"\\", "\\\\"}, {"'", "\\'"}}), "'");
}

void AddPlaces(const CommandTree& tree, const std::string& place, std::string& places) {
  absl::StrAppend(&places, " ", Quoted(place));
  for (const CommandTree& command : tree.commands) {
    AddPlaces(command, absl::StrCat(place, " ", command.name), places);
  }
}

std::string Condition(const char* function, const std::string& place) {
  return absl::StrCat("complete -c keyward -n ",
                      Quoted(absl::StrCat(function, " ", Quoted(place))));
}

// What completes a value, behind the option.
std::string Value(const ValueKind& value) {
  if (value.name.empty()) return "";
  if (value.file) return " -r -F";
  if (value.choices.empty()) return " -x";
  return absl::StrCat(" -x -a ", Quoted(absl::StrJoin(value.choices, " ")));
}

void AddOption(const CommandOption& option, const std::string& place, std::string& script) {
  absl::StrAppend(&script, Condition("__keyward_under", place));
  for (const std::string& name : option.names) {
    const bool is_long = name.starts_with("--");
    absl::StrAppend(&script, is_long ? " -l " : " -s ", name.substr(is_long ? 2 : 1));
  }
  absl::StrAppend(&script, Value(option.value), " -d ", Quoted(option.description), "\n");
}

void AddCommand(const CommandTree& tree, const std::string& place, std::string& script) {
  for (const CommandTree& command : tree.commands) {
    absl::StrAppend(&script, Condition("__keyward_at", place), " -a ", command.name, " -d ",
                    Quoted(command.summary), "\n");
  }
  for (const CommandOption& argument : tree.arguments) {
    if (!argument.value.file && argument.value.choices.empty()) continue;
    absl::StrAppend(&script, Condition("__keyward_at", place),
                    argument.value.file
                        ? " -F"
                        : absl::StrCat(" -a ", Quoted(absl::StrJoin(argument.value.choices, " "))),
                    "\n");
  }
  for (const CommandOption& option : tree.options) AddOption(option, place, script);
  for (const CommandTree& command : tree.commands) {
    AddCommand(command, absl::StrCat(place, " ", command.name), script);
  }
}

}  // namespace

std::string FishCompletion(const CommandTree& tree) {
  std::string places, script;
  AddPlaces(tree, tree.name, places);
  AddCommand(tree, tree.name, script);
  return absl::StrCat(
      "# Completes keyward's command lines in fish; made by: keyward completion fish\n\n",
      "set -g __keyward_places", places, "\n\n", std::string(kFunctions), script);
}

}  // namespace keyward::cli
