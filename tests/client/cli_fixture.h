#ifndef KEYWARD_TESTS_CLIENT_CLI_FIXTURE_H_
#define KEYWARD_TESTS_CLIENT_CLI_FIXTURE_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "tests/client/fake_server.h"
#include "tests/client/run_program.h"
#include "tests/client/temporary_folder.h"

namespace keyward::client {

// Runs the keyward program against a server in this process.
class CliTest : public ::testing::Test {
 protected:
  ProgramResult Keyward(std::vector<std::string> arguments, std::string_view input = {}) const {
    arguments.insert(arguments.begin(), KEYWARD_CLI);
    return RunProgram(arguments, input, {"KEYWARD_ADDRESS=" + server_.address()});
  }

  FakeServer server_;
  const TemporaryFolder folder_;
};

// The exit status and, whole, what was written to stdout and stderr.
inline ::testing::Matcher<const ProgramResult&> Ends(int exit_status,
                                                     const ::testing::Matcher<std::string>& output,
                                                     const ::testing::Matcher<std::string>& error) {
  return ::testing::AllOf(::testing::Field("exit_status", &ProgramResult::exit_status, exit_status),
                          ::testing::Field("output", &ProgramResult::output, output),
                          ::testing::Field("error", &ProgramResult::error, error));
}

}  // namespace keyward::client

#endif  // KEYWARD_TESTS_CLIENT_CLI_FIXTURE_H_
