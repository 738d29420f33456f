#include "client/cli/output.h"

#include <algorithm>
#include <cstdio>

#include "client/cli/answers.h"

namespace keyward::cli {
namespace {

// Messages come from elsewhere: they must neither break the line nor steer a terminal.
std::string OneLine(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](unsigned char each) { return each < 0x20 || each == 0x7F; },
      ' ');
  return text;
}

bool Write(std::FILE* file, std::string_view text) {
  return std::fwrite(text.data(), 1, text.size(), file) == text.size() && std::fflush(file) == 0;
}

// Nothing can be done where even stderr takes no more.
void WriteLine(const std::string& line) { Write(stderr, line + "\n"); }

}  // namespace

ExitStatus Output::Result(std::string_view bare, const JsonObject& object, ExitStatus status) {
  std::string text = json_ ? object.Line() : std::string(bare);
  if (!raw_) text += '\n';
  if (Write(stdout, text)) return status;
  return Fail({"DATA_LOSS", "CANNOT_WRITE", "standard output takes no more", ""}, kExitUsage);
}

void Output::Warn(std::string_view message) const {
  WriteLine(json_ ? JsonObject().Text("warning", message).Line()
                  : "keyward: warning: " + OneLine(std::string(message)));
}

ExitStatus Output::Fail(const Failure& failure, ExitStatus status) const {
  if (json_) {
    JsonObject error = ErrorObject(failure);
    if (!failure.hint.empty()) error.Text("hint", failure.hint);
    if (!failure.request_id.empty()) error.Text("request_id", failure.request_id);
    WriteLine(JsonObject().Object("error", error).Line());
    return status;
  }
  const std::string hint = failure.hint.empty() ? "" : " (" + failure.hint + ")";
  WriteLine(OneLine("keyward: " + failure.reason + ": " + failure.message + hint));
  return status;
}

}  // namespace keyward::cli
