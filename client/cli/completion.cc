#include "client/cli/completion.h"

#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

// bash and zsh share two functions, which tell of the commands, and differ in how they are asked.
// What they say of a value, or of an argument, is "file", "any", or the words that it may be.
namespace keyward::cli {
namespace {

std::string Kind(const ValueKind& value) {
  if (value.file) return "file";
  return value.choices.empty() ? "any" : absl::StrJoin(value.choices, " ");
}

std::string Quoted(std::string_view text) { return absl::StrCat("'", std::string(text), "'"); }

std::vector<std::string> Names(const std::vector<CommandTree>& commands) {
  std::vector<std::string> names;
  for (const CommandTree& command : commands) names.push_back(command.name);
  return names;
}

std::vector<std::string> Names(const std::vector<CommandOption>& options) {
  std::vector<std::string> names;
  for (const CommandOption& option : options) {
    names.insert(names.end(), option.names.begin(), option.names.end());
  }
  return names;
}

// `above`: the options of the commands above, which may be given too.
void AddPlaces(const CommandTree& tree, const std::string& place, const std::string& above,
               std::string& cases) {
  const std::string flags = absl::StrJoin(Names(tree.options), " ");
  const std::string all = above.empty() ? flags : absl::StrCat(flags, " ", above);
  std::string kinds;
  for (const CommandOption& argument : tree.arguments) {
    absl::StrAppend(&kinds, " ", Quoted(Kind(argument.value)));
  }
  const bool repeated = !tree.arguments.empty() && tree.arguments.back().repeated;
  absl::StrAppend(&cases, "    ", Quoted(place),
                  ")\n      verbs=", Quoted(absl::StrJoin(Names(tree.commands), " ")),
                  " flags=", Quoted(all), "\n      kinds=(", kinds,
                  " ) more=", Quoted(repeated ? "yes" : ""), " ;;\n");
  for (const CommandTree& command : tree.commands) {
    AddPlaces(command, absl::StrCat(place, " ", command.name), all, cases);
  }
}

// Of the inner commands first, since their options hide those above that have the same name.
void AddValues(const CommandTree& tree, const std::string& place, std::string& cases) {
  for (const CommandTree& command : tree.commands) {
    AddValues(command, absl::StrCat(place, " ", command.name), cases);
  }
  for (const CommandOption& option : tree.options) {
    std::vector<std::string> patterns;
    for (const std::string& name : option.names) {
      patterns.push_back(absl::StrCat(Quoted(place), "*", Quoted(" " + name)));
    }
    const bool flag = option.value.name.empty();
    absl::StrAppend(
        &cases, "    ", absl::StrJoin(patterns, "|"), ") ",
        flag ? std::string("return 1") : absl::StrCat("value=", Quoted(Kind(option.value))),
        " ;;\n");
  }
}

std::string SharedFunctions(const CommandTree& tree) {
  std::string places, values;
  AddPlaces(tree, tree.name, "", places);
  AddValues(tree, tree.name, values);
  return absl::StrCat(
      "_keyward_at() { # COMMAND: what may follow it\n  case $1 in\n", places, "  esac\n}\n\n",
      "_keyward_value() { # COMMAND OPTION: what the option takes; fails where that "
      "is nothing\n  case \"$1 $2\" in\n",
      values, "    *) return 1 ;;\n  esac\n}\n\n");
}

constexpr std::string_view kBash = R"bash(_keyward() {
  local current=${COMP_WORDS[COMP_CWORD]} place=keyward awaited='' given=0 word index
  local verbs flags more value kinds
  _keyward_at "$place"
  for ((index = 1; index < COMP_CWORD; index++)); do
    word=${COMP_WORDS[index]}
    if [[ $word == '=' ]]; then continue; fi
    if [[ $awaited ]]; then
      awaited=''
    elif [[ $word == -* ]]; then
      if _keyward_value "$place" "$word"; then awaited=yes; fi
    elif [[ " $verbs " == *" $word "* ]]; then
      place+=" $word" given=0
      _keyward_at "$place"
    else
      given=$((given + 1))
    fi
  done
  [[ $current != '=' ]] || current=''
  if [[ $awaited ]]; then
    :
  elif [[ $current == -* ]]; then
    value=$flags
  elif [[ $verbs ]]; then
    value=$verbs
  elif ((given < ${#kinds[@]})); then
    value=${kinds[given]}
  elif [[ $more ]]; then
    value=${kinds[-1]}
  else
    value=any
  fi
  COMPREPLY=()
  case $value in
    any) ;;
    file)
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      ;;
    *) mapfile -t COMPREPLY < <(compgen -W "$value" -- "$current") ;;
  esac
}

complete -F _keyward keyward
)bash";

constexpr std::string_view kZsh = R"zsh(_keyward() {
  local current=${words[CURRENT]} place=keyward awaited='' given=0 word index
  local verbs flags more value
  local -a kinds
  _keyward_at "$place"
  for ((index = 2; index < CURRENT; index++)); do
    word=${words[index]}
    if [[ -n $awaited ]]; then
      awaited=''
    elif [[ $word == --*=* ]]; then
      continue
    elif [[ $word == -* ]]; then
      if _keyward_value "$place" "$word"; then awaited=yes; fi
    elif [[ " $verbs " == *" $word "* ]]; then
      place+=" $word" given=0
      _keyward_at "$place"
    else
      given=$((given + 1))
    fi
  done
  if [[ -n $awaited ]]; then
    :
  elif [[ $current == --*=* ]]; then
    _keyward_value "$place" "${current%%=*}" || return
    compset -P '*='
  elif [[ $current == -* ]]; then
    value=$flags
  elif [[ -n $verbs ]]; then
    value=$verbs
  elif ((given < ${#kinds})); then
    value=${kinds[given + 1]}
  elif [[ -n $more ]]; then
    value=${kinds[-1]}
  else
    value=any
  fi
  case $value in
    any) ;;
    file) _files ;;
    *) compadd -- ${=value} ;;
  esac
}

if [[ $funcstack[1] == _keyward ]]; then
  _keyward "$@"
else
  compdef _keyward keyward
fi
)zsh";

}  // namespace

std::string BashCompletion(const CommandTree& tree) {
  return absl::StrCat(
      "# Completes keyward's command lines in bash; made by: keyward completion bash\n\n",
      SharedFunctions(tree), std::string(kBash));
}

std::string ZshCompletion(const CommandTree& tree) {
  return absl::StrCat(
      "#compdef keyward\n",
      "# Completes keyward's command lines in zsh; made by: keyward completion zsh\n\n",
      SharedFunctions(tree), std::string(kZsh));
}

}  // namespace keyward::cli
