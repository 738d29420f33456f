#include "client/cli/confirmation.h"

#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <string>

#include "client/cli/terminal_text.h"

namespace keyward::cli {

std::optional<ExitStatus> Refused(const Invocation& invocation, const Output& output,
                                  std::string_view what, std::string_view named,
                                  std::string_view word) {
  if (invocation.yes) return std::nullopt;
  if (isatty(STDIN_FILENO) == 0 || isatty(STDERR_FILENO) == 0) {
    return output.Fail({"FAILED_PRECONDITION", "USAGE",
                        "this cannot be undone, and there is no terminal to ask on",
                        "--yes goes on without asking"},
                       kExitUsage);
  }
  std::string question(what);
  question.append("\nThis cannot be undone. Type ").append(named).append(", ");
  question.append(Harmless(word)).append(", to go on: ");
  std::fputs(question.c_str(), stderr);
  std::string answer;
  std::getline(std::cin, answer);
  if (answer == word) return std::nullopt;
  return output.Fail({"ABORTED", "NOT_CONFIRMED", "nothing was changed", ""}, kExitNo);
}

}  // namespace keyward::cli
