#include "client/cli/audit_line.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "client/cli/terminal_text.h"

namespace keyward::cli {
namespace {

using Json = nlohmann::json;

// ECMA-48.
constexpr char kRed[] = "\x1b[31m";
constexpr char kYellow[] = "\x1b[33m";
constexpr char kPlain[] = "\x1b[0m";

// A column does not grow beyond this; a longer text moves what follows it.
constexpr std::size_t kMaxWidth = 48;

std::string Text(const Json& line, const char* name) {
  const auto found = line.find(name);
  if (found == line.end()) return "";
  return Harmless(found->is_string() ? found->get<std::string>() : found->dump());
}

std::string Result(const Json& line) {
  const std::string reason = Text(line, "reason");
  return reason.empty() ? Text(line, "code") : reason;
}

std::string Whose(const Json& line) {
  std::string whose = Text(line, "scope");
  for (const char* name : {"user_id", "user_hmac"}) {
    if (line.contains(name)) absl::StrAppend(&whose, " ", Text(line, name));
  }
  if (line.contains("key_version")) absl::StrAppend(&whose, " v", Text(line, "key_version"));
  return whose;
}

std::string Ids(const Json& line) {
  std::string ids;
  for (const char* name : {"request_id", "trace_id"}) {
    if (line.contains(name)) absl::StrAppend(&ids, " ", name, "=", Text(line, name));
  }
  return ids;
}

std::string Method(const Json& line) {
  const std::string item = Text(line, "item");
  return item.empty() ? Text(line, "method") : absl::StrCat(Text(line, "method"), "[", item, "]");
}

// What the log tells of itself.
std::string Event(const Json& line) {
  std::string text = absl::StrCat("-- ", Text(line, "event"));
  for (const char* name : {"previous_seq", "torn_bytes", "events"}) {
    if (line.contains(name)) absl::StrAppend(&text, " ", name, "=", Text(line, name));
  }
  return absl::StrCat(text, " kek_id=", Text(line, "kek_id"));
}

}  // namespace

std::string AuditLineFormat::Format(std::string_view text) {
  const Json line = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!line.is_object() || !line.contains("event")) {
    return Coloured(kYellow, absl::StrCat("?? ", Harmless(text)));
  }
  const std::string time = Padded(0, Text(line, "time"));
  if (Text(line, "event") != "call") return absl::StrCat(time, " ", Coloured(kYellow, Event(line)));
  const std::string result = Padded(1, Result(line));
  const std::string latency = Padded(2, absl::StrCat(Text(line, "latency_us"), "us"));
  std::string row =
      absl::StrCat(time, " ", Text(line, "code") == "OK" ? result : Coloured(kRed, result), " ",
                   latency, " ", Padded(3, Method(line)), " ", Padded(4, Text(line, "principal")),
                   " ", Padded(5, Text(line, "peer")), " ", Whose(line), Ids(line));
  row.erase(row.find_last_not_of(' ') + 1);
  return row;
}

std::string AuditLineFormat::Padded(std::size_t column, const std::string& text) {
  const std::size_t width = Width(text);
  std::size_t& widest = widths_[column];
  widest = std::max(widest, std::min(width, kMaxWidth));
  return text + std::string(widest - std::min(width, widest), ' ');
}

std::string AuditLineFormat::Coloured(const char* colour, const std::string& text) const {
  return colour_ ? absl::StrCat(colour, text, kPlain) : text;
}

}  // namespace keyward::cli
