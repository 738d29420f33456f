#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/client/cli_batch_fixture.h"

namespace keyward::client {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::StartsWith;

TEST_F(CliBatchTest, AnAnswerComesWhileTheInputIsStillOpen) {
  PipedProgram program({KEYWARD_CLI, "encrypt", "--batch", "--user", "alice"}, Environment());
  for (int i = 0; i < 3; ++i) {
    program.Write(absl::StrCat("{\"plaintext\":\"x\",\"id\":", i, "}\n{\"plaintext\":"));
    EXPECT_THAT(program.ReadLine(), StartsWith(absl::StrCat("{\"id\":", i, ",\"token\":\"v2:")));
    program.Write("\"half\"}\n");
    EXPECT_THAT(program.ReadLine(), StartsWith("{\"token\":\"v2:"));
  }
  EXPECT_EQ(program.End(), 0);
}

TEST_F(CliBatchTest, AnOutputThatNobodyReadsEndsIt) {
  PipedProgram program({KEYWARD_CLI, "encrypt", "--batch", "--pool"}, Environment());
  program.Write("{\"plaintext\":\"x\"}\n");
  EXPECT_THAT(program.ReadLine(), StartsWith("{\"token\""));
  program.CloseOutput();
  program.Write("{\"plaintext\":\"x\"}\n");
  EXPECT_EQ(program.End(), 2);
  EXPECT_THAT(
      RunProgram({"sh", "-c", "\"$0\" encrypt --batch --pool > /dev/full", KEYWARD_CLI},
                 Values(3000), Environment()),
      Ends(2, "",
           "keyward: CANNOT_WRITE: standard output takes no more: No space left on device\n"));
}

TEST_F(CliBatchTest, WhatCannotBeReadOrMakesNoSenseIsAUsageError) {
  EXPECT_THAT(Encrypt("", {"--in", "/no/such/file"}), Ends(2, "", HasSubstr("/no/such/file")));
  EXPECT_THAT(Encrypt("", {"--in", "/"}), Ends(2, "", HasSubstr("cannot read /: ")));
  EXPECT_THAT(Encrypt("", {"--raw"}),
              Ends(2, "", HasSubstr("--batch and --raw exclude each other")));
  EXPECT_THAT(Encrypt("", {"--user", "a", "--pool"}), Ends(2, "", HasSubstr("exclude")));
  EXPECT_THAT(Keyward({"hash", "--batch"}, ""), Ends(2, "", HasSubstr("USAGE")));
}

TEST_F(CliBatchTest, ProgressIsShownOnATerminalAlone) {
  const std::vector<std::string> command{KEYWARD_CLI, "encrypt", "--batch", "--pool"};
  EXPECT_THAT(
      RunProgramOnTerminal(command, Values(2500), Environment()),
      Ends(0, HasSubstr("\"id\":2499,"), MatchesRegex("(.|\r)*2500 values, [0-9]*/s, 100%\r\n")));
  EXPECT_THAT(RunProgram(command, Values(2500), Environment()).error, IsEmpty());
}

TEST_F(CliBatchTest, AFailureIsSummedUpBelowTheProgress) {
  const ProgramResult result =
      RunProgramOnTerminal({KEYWARD_CLI, "encrypt", "--batch"}, "x\n", Environment());
  EXPECT_THAT(result.error, HasSubstr("1 values, "));
  EXPECT_THAT(result.error, HasSubstr("100%\r\nkeyward: INVALID_LINE: 1 of 1 lines failed"));
}

}  // namespace
}  // namespace keyward::client
