#include "client/cli/migrate_json.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

namespace keyward::cli {
namespace {

using nlohmann::json;

constexpr std::string_view kSpace = " \t\r\n";
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// ~1 stands for '/', ~0 for '~'.
absl::StatusOr<std::string> Unescaped(std::string_view step) {
  std::string text;
  for (std::size_t i = 0; i < step.size(); ++i) {
    if (step[i] != '~') {
      text += step[i];
    } else if (i + 1 < step.size() && (step[i + 1] == '0' || step[i + 1] == '1')) {
      text += step[++i] == '0' ? '~' : '/';
    } else {
      return absl::InvalidArgumentError("a '~' of a JSON pointer is written ~0");
    }
  }
  return text;
}

}  // namespace

absl::StatusOr<JsonPath> JsonPath::Parse(std::string_view text) {
  if (text.empty()) return absl::InvalidArgumentError("a JSON path is empty");
  const bool pointer = text[0] == '/';
  if (pointer) text.remove_prefix(1);
  JsonPath path;
  while (true) {
    const std::size_t end = text.find(pointer ? '/' : '.');
    const std::string_view step = text.substr(0, end);
    if (!pointer && step.empty()) {
      return absl::InvalidArgumentError(
          "a JSON path has an empty name; write it as a JSON pointer");
    }
    auto name = pointer ? Unescaped(step) : std::string(step);
    if (!name.ok()) return name.status();
    path.steps_.push_back(*std::move(name));
    if (end == std::string_view::npos) return path;
    text.remove_prefix(end + 1);
  }
}

std::optional<JsonDocument> JsonDocument::Read(std::string_view text) {
  // The library passes over the mark, RFC 8259 has none.
  if (text.starts_with(kByteOrderMark) || !json::accept(text)) return std::nullopt;
  return JsonDocument(text);
}

// From here on the text is known to be well-formed, which keeps every position inside it.

std::size_t JsonDocument::SkipSpace(std::size_t at) const {
  return std::min(text_.find_first_not_of(kSpace, at), text_.size());
}

std::size_t JsonDocument::EndOfString(std::size_t at) const {
  for (++at; text_[at] != '"'; ++at) {
    if (text_[at] == '\\') ++at;
  }
  return at + 1;
}

std::size_t JsonDocument::EndOfValue(std::size_t at) const {
  if (text_[at] == '"') return EndOfString(at);
  if (text_[at] != '{' && text_[at] != '[') {
    return std::min(text_.find_first_of(",]} \t\r\n", at), text_.size());
  }
  std::size_t depth = 0;
  while (true) {
    const char each = text_[at];
    if (each == '"') {
      at = EndOfString(at);
      continue;
    }
    ++at;
    if (each == '{' || each == '[') ++depth;
    if ((each == '}' || each == ']') && --depth == 0) return at;
  }
}

std::string JsonDocument::Decoded(std::size_t begin, std::size_t end) const {
  return json::parse(text_.substr(begin, end - begin)).get<std::string>();
}

std::vector<std::size_t> JsonDocument::Members(std::size_t object, const std::string& name) const {
  std::vector<std::size_t> found;
  std::size_t at = SkipSpace(object + 1);
  while (text_[at] != '}') {
    if (text_[at] == ',') at = SkipSpace(at + 1);
    const std::size_t name_end = EndOfString(at);
    const std::size_t value = SkipSpace(SkipSpace(name_end) + 1);
    if (Decoded(at, name_end) == name) found.push_back(value);
    at = SkipSpace(EndOfValue(value));
  }
  return found;
}

std::vector<std::size_t> JsonDocument::Element(std::size_t array, const std::string& index) const {
  std::size_t at = SkipSpace(array + 1);
  for (std::size_t i = 0; text_[at] != ']'; ++i) {
    if (text_[at] == ',') at = SkipSpace(at + 1);
    if (std::to_string(i) == index) return {at};
    at = SkipSpace(EndOfValue(at));
  }
  return {};
}

JsonFinding JsonDocument::Find(const JsonPath& path) const {
  std::size_t at = SkipSpace(0);
  for (const std::string& step : path.steps()) {
    std::vector<std::size_t> found;
    if (text_[at] == '{') found = Members(at, step);
    if (text_[at] == '[') found = Element(at, step);
    if (found.empty()) return {JsonFinding::What::kNothing};
    if (found.size() > 1) return {JsonFinding::What::kTwice};
    at = found[0];
  }
  if (text_[at] == 'n') return {JsonFinding::What::kNothing};
  if (text_[at] != '"') return {JsonFinding::What::kAnotherType};
  const std::size_t end = EndOfString(at);
  return {JsonFinding::What::kString, at, end, Decoded(at, end)};
}

std::string JsonLiteral(const std::string& text, bool ascii) {
  return json(text).dump(/*indent=*/-1, /*indent_char=*/' ', /*ensure_ascii=*/ascii);
}

}  // namespace keyward::cli
