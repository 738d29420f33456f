#include "client/cli/migrate_rules_file.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

namespace keyward::cli {
namespace {

using nlohmann::json;

absl::Status Wrong(const std::string& what) {
  return absl::InvalidArgumentError(absl::StrCat("the rules file: ", what));
}

// A document without members that are there twice, of which the library would keep the last.
absl::StatusOr<json> Read(std::string_view text) {
  std::vector<std::vector<std::string>> open;
  bool twice = false;
  const auto watch = [&](int, json::parse_event_t event, json& parsed) {
    if (event == json::parse_event_t::object_start) open.emplace_back();
    if (event == json::parse_event_t::object_end) open.pop_back();
    if (event == json::parse_event_t::key) {
      auto& names = open.back();
      const auto name = parsed.get<std::string>();
      twice = twice || std::find(names.begin(), names.end(), name) != names.end();
      names.push_back(name);
    }
    return true;
  };
  json document = json::parse(text, watch, /*allow_exceptions=*/false);
  if (document.is_discarded()) return Wrong("it is not JSON");
  if (twice) return Wrong("it has a member twice");
  return document;
}

absl::Status TakeText(const json& value, const std::string& name, std::string& into) {
  if (!value.is_string()) return Wrong(absl::StrCat(name, " is no string"));
  into = value.get<std::string>();
  return absl::OkStatus();
}

absl::Status TakeTexts(const json& value, const std::string& name, std::vector<std::string>& into) {
  if (!value.is_array() || value.empty()) {
    return Wrong(absl::StrCat(name, " is no list with strings"));
  }
  for (const json& each : value) {
    const absl::Status taken =
        TakeText(each, absl::StrCat("a member of ", name), into.emplace_back());
    if (!taken.ok()) return taken;
  }
  return absl::OkStatus();
}

absl::Status TakeScope(const json& value, bool& pool) {
  std::string scope;
  const absl::Status taken = TakeText(value, "scope", scope);
  if (!taken.ok()) return taken;
  if (scope != "user" && scope != "pool") return Wrong("scope is neither user nor pool");
  pool = scope == "pool";
  return absl::OkStatus();
}

absl::StatusOr<RuleParts> Parts(const json& rule) {
  if (!rule.is_object()) return Wrong("a rule is no object");
  RuleParts parts;
  for (const auto& [name, value] : rule.items()) {
    absl::Status taken;
    if (name == "type") {
      taken = TakeText(value, name, parts.type);
    } else if (name == "pattern") {
      taken = TakeText(value, name, parts.pattern);
    } else if (name == "fields") {
      taken = TakeTexts(value, name, parts.fields);
    } else if (name == "json") {
      taken = TakeTexts(value, name, parts.paths);
    } else if (name == "scope") {
      taken = TakeScope(value, parts.pool);
    } else {
      taken = Wrong(absl::StrCat("a rule has no ", name));
    }
    if (!taken.ok()) return taken;
  }
  return parts;
}

}  // namespace

absl::StatusOr<std::vector<MigrationRule>> ParseRulesFile(std::string_view text) {
  const auto document = Read(text);
  if (!document.ok()) return document.status();
  if (!document->is_object() || document->size() != 1 || !document->contains("rules") ||
      !(*document)["rules"].is_array()) {
    return Wrong("it is not {\"rules\":[…]}");
  }
  std::vector<MigrationRule> rules;
  for (const json& each : (*document)["rules"]) {
    const auto parts = Parts(each);
    if (!parts.ok()) return parts.status();
    auto rule = MakeRule(*parts);
    if (!rule.ok()) return rule.status();
    rules.push_back(*std::move(rule));
  }
  return rules;
}

}  // namespace keyward::cli
