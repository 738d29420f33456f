#ifndef KEYWARD_TESTS_CLIENT_RUN_PROGRAM_H_
#define KEYWARD_TESTS_CLIENT_RUN_PROGRAM_H_

#include <sys/types.h>

#include <cstdio>
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

// The same, with a terminal as stderr; what is beyond its buffer (some 4 KiB) is lost.
ProgramResult RunProgramOnTerminal(const std::vector<std::string>& arguments,
                                   std::string_view input = {},
                                   const std::vector<std::string>& environment = {});

// A program that runs while the test talks to it over pipes. It shares the test's stderr.
class PipedProgram {
 public:
  explicit PipedProgram(const std::vector<std::string>& arguments,
                        const std::vector<std::string>& environment = {});
  ~PipedProgram();
  PipedProgram(const PipedProgram&) = delete;
  PipedProgram& operator=(const PipedProgram&) = delete;

  void Write(std::string_view text);
  // With its newline; less where the output ends.
  std::string ReadLine();
  void CloseOutput();
  // Closes its input, waits for its end and returns its exit status.
  int End();

 private:
  pid_t child_ = 0;
  int exit_status_ = -1;
  std::FILE* input_ = nullptr;
  std::FILE* output_ = nullptr;
};

}  // namespace keyward::client

#endif  // KEYWARD_TESTS_CLIENT_RUN_PROGRAM_H_
