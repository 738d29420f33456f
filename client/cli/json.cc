#include "client/cli/json.h"

#include <algorithm>

#include "absl/strings/str_format.h"
#include "client/cpp/src/utf8.h"

namespace keyward::cli {
namespace {

bool StandsForItself(char each) {
  const auto byte = static_cast<unsigned char>(each);
  return byte >= 0x20 && byte < 0x7F && byte != '"' && byte != '\\';
}

std::string Character(std::string_view sequence) {
  const auto first = static_cast<unsigned char>(sequence[0]);
  if (first == '"' || first == '\\') return {'\\', sequence[0]};
  if (first < 0x20 || first == 0x7F) return absl::StrFormat("\\u%04x", first);
  return std::string(sequence);
}

}  // namespace

std::string JsonText(std::string_view text) {
  std::string quoted = "\"";
  while (!text.empty()) {
    const auto* special = std::find_if_not(text.begin(), text.end(), StandsForItself);
    quoted.append(text.begin(), special);
    text.remove_prefix(static_cast<std::size_t>(special - text.begin()));
    if (text.empty()) break;
    const std::size_t length = client::Utf8SequenceLength(text);
    quoted += length == 0 ? "\\ufffd" : Character(text.substr(0, length));
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return quoted + '"';
}

JsonObject& JsonObject::Add(std::string_view name, std::string_view value) {
  if (!members_.empty()) members_ += ',';
  members_.append(JsonText(name)).append(":").append(value);
  return *this;
}

JsonObject& JsonObject::Text(std::string_view name, std::string_view value) {
  return Add(name, JsonText(value));
}

JsonObject& JsonObject::Number(std::string_view name, std::uint64_t value) {
  return Add(name, std::to_string(value));
}

JsonObject& JsonObject::Boolean(std::string_view name, bool value) {
  return Add(name, value ? "true" : "false");
}

JsonObject& JsonObject::Object(std::string_view name, const JsonObject& value) {
  return Add(name, value.Line());
}

}  // namespace keyward::cli
