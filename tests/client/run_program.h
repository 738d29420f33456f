#ifndef KEYWARD_TESTS_CLIENT_RUN_PROGRAM_H_
#define KEYWARD_TESTS_CLIENT_RUN_PROGRAM_H_

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace keyward::client {

struct ProgramResult {
  // -1 where it did not exit by itself.
  int exit_status = -1;
  std::string output;
  std::string error;
};

// For GoogleTest's messages.
inline void PrintTo(const ProgramResult& result, std::ostream* stream) {
  *stream << "exit status " << result.exit_status << ", stdout \"" << result.output
          << "\", stderr \"" << result.error << "\"";
}

// Runs a program to its end. `arguments` begin with the program (looked up in PATH); `environment`
// (NAME=value) joins this process's own, of which no KEYWARD_ variable is passed on.
ProgramResult RunProgram(const std::vector<std::string>& arguments, std::string_view input = {},
                         const std::vector<std::string>& environment = {});

}  // namespace keyward::client

#endif  // KEYWARD_TESTS_CLIENT_RUN_PROGRAM_H_
