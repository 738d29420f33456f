#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "tests/client/cli_batch_fixture.h"

namespace keyward::client {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Le;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

std::string InvalidLine(int line, const std::string& message) {
  return absl::StrCat("{\"line\":", line,
                      ",\"error\":{\"code\":\"INVALID_ARGUMENT\",\"reason\":\"INVALID_LINE\","
                      "\"message\":\"",
                      message, "\"}}");
}

TEST_F(CliBatchTest, WhatABatchSealsABatchOpensInOrder) {
  const ProgramResult sealed = Encrypt(
      "{\"user_id\":\"alice\",\"plaintext\":\"one\",\"id\":7}\n"
      "{\"pool\":true,\"plaintext\":\"zwei \\u00fc\\n\\\"\",\"id\":\"a\\\"b\"}\n"
      "{\"user_id\":\"bob\",\"pool\":false,\"plaintext_base64\":\"//"
      "4=\",\"associated_data\":\"row\"}\n"
      "{\"user_id\":\"bob\",\"plaintext\":\"\",\"associated_data_base64\":\"AP8\"}");
  const std::vector<std::string> answers = Lines(sealed.output);
  ASSERT_THAT(sealed, Ends(0, HasSubstr("v2:"), ""));
  ASSERT_THAT(
      answers,
      ElementsAre(MatchesRegex("\\{\"id\":7,\"token\":\"v2:[^\"]*\",\"key_version\":1\\}"),
                  MatchesRegex("\\{\"id\":\"a\\\\\"b\",\"token\":\"v2:[^\"]*\",\"key_version\":0,"
                               "\"kek_id\":\"0123456789abcdef\"\\}"),
                  StartsWith("{\"token\":\"v2:"), StartsWith("{\"token\":\"v2:")));
  // An answer is the other verb's line, once it says whose it is.
  const std::vector<std::string> whose{"\"user_id\":\"alice\"", "\"pool\":true",
                                       "\"user_id\":\"bob\",\"associated_data\":\"row\"",
                                       "\"user_id\":\"bob\",\"associated_data_base64\":\"AP8=\""};
  std::string tokens;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    absl::StrAppend(&tokens, "{", whose[i], ",", answers[i].substr(1), "\r\n");
  }
  EXPECT_THAT(
      Decrypt(tokens),
      Ends(0,
           "{\"id\":7,\"plaintext\":\"one\",\"key_version\":1,\"legacy_plaintext\":false,\"stale\":"
           "true}\n"
           "{\"id\":\"a\\\"b\",\"plaintext\":\"zwei ü\\u000a\\\"\",\"key_version\":0,"
           "\"kek_id\":\"0123456789abcdef\",\"legacy_plaintext\":false,\"stale\":true}\n"
           "{\"plaintext_base64\":\"//"
           "4=\",\"key_version\":1,\"legacy_plaintext\":false,\"stale\":true}\n"
           "{\"plaintext\":\"\",\"key_version\":1,\"legacy_plaintext\":false,\"stale\":true}\n",
           ""));
  EXPECT_EQ(server_.service().calls(), 2);
}

TEST_F(CliBatchTest, OptionsStandForWhatALineLeavesOut) {
  const std::vector<std::string> options{"--user", "alice", "--associated-data", "row"};
  const ProgramResult sealed = Encrypt(
      "{\"plaintext\":\"one\"}\n"
      "{\"pool\":true,\"plaintext\":\"two\"}\n"
      "{\"plaintext\":\"three\",\"associated_data\":\"\"}\n",
      options);
  ASSERT_EQ(sealed.exit_status, 0) << sealed.error;
  const std::vector<std::string> answers = Lines(sealed.output);
  const auto opened = [&](const std::string& whose, const std::string& answer) {
    return Decrypt("{" + whose + "," + answer.substr(1)).output;
  };
  EXPECT_THAT(opened("\"user_id\":\"alice\",\"associated_data\":\"row\"", answers[0]),
              HasSubstr("\"one\""));
  EXPECT_THAT(opened("\"pool\":true,\"associated_data\":\"row\"", answers[1]),
              HasSubstr("\"two\""));
  EXPECT_THAT(opened("\"user_id\":\"alice\"", answers[2]), HasSubstr("\"three\""));
}

TEST_F(CliBatchTest, ALineMayAskForAFormatAndTheOptionStandsForIt) {
  const std::string lines =
      "{\"plaintext\":\"a\"}\n{\"plaintext\":\"b\",\"token_format\":\"v2\"}\n"
      "{\"plaintext\":\"c\",\"token_format\":\"v3\"}\n";
  EXPECT_THAT(Lines(Encrypt(lines, {"--pool"}).output),
              ElementsAre(StartsWith("{\"token\":\"v2:"), StartsWith("{\"token\":\"v2:"),
                          StartsWith("{\"token\":\"v3:")));
  EXPECT_THAT(Lines(Encrypt(lines, {"--pool", "--format", "v3"}).output),
              ElementsAre(StartsWith("{\"token\":\"v3:"), StartsWith("{\"token\":\"v2:"),
                          StartsWith("{\"token\":\"v3:")));
}

TEST_F(CliBatchTest, LegacyPlaintextComesBackWhereTheOptionOrTheLineAllowsIt) {
  const std::string lines =
      "{\"token\":\" sk-old \"}\n{\"token\":\"sk\",\"allow_legacy_plaintext\":false}\n";
  EXPECT_THAT(
      Decrypt(lines, {"--pool", "--allow-legacy-plaintext"}),
      Ends(1,
           AllOf(StartsWith(
                     "{\"plaintext\":\" sk-old \",\"key_version\":0,\"legacy_plaintext\":true"),
                 HasSubstr("DECRYPTION_FAILED")),
           HasSubstr("1 of 2 lines failed; the first, line 2: ")));
  EXPECT_THAT(Decrypt("{\"pool\":true,\"token\":\"sk\",\"allow_legacy_plaintext\":true}").output,
              HasSubstr("\"plaintext\":\"sk\""));
}

TEST_F(CliBatchTest, AWrongLineIsAnErrorOfItsOwn) {
  const struct {
    std::string line;
    std::string message;
  } cases[] = {
      {"", "it is not JSON, at byte 1"},
      {"{\"plaintext\":\"sk-secret\"", "it is not JSON, at byte 25"},
      {"{\"plaintext\":\"a\xff\"}", "it is not JSON, at byte 16"},
      {"{\"plaintext\":\"sk\"} x", "it is not JSON, at byte 20"},
      {"[1,{\"plaintext\":\"sk\"}]", "it is not a JSON object"},
      {"\"sk\"", "it is not a JSON object"},
      {"{}", "it has neither plaintext nor plaintext_base64"},
      {"{\"plaintext\":\"sk\",\"Plaintext\":\"x\"}", "it has a field that is not known"},
      {"{\"plaintext\":\"sk\",\"plaintext\":\"x\"}", "plaintext is there twice"},
      {"{\"plaintext\":\"sk\",\"plaintext_base64\":\"eA==\"}",
       "it has both plaintext and plaintext_base64"},
      {"{\"plaintext_base64\":\"?\"}", "plaintext_base64 is not base64"},
      {"{\"plaintext\":\"sk\",\"associated_data_base64\":\"?\"}",
       "associated_data_base64 is not base64"},
      {"{\"plaintext\":\"sk\",\"associated_data\":\"\",\"associated_data_base64\":\"\"}",
       "it has both associated_data and associated_data_base64"},
      {"{\"plaintext\":\"sk\",\"user_id\":\"a\",\"pool\":true}", "it has both user_id and pool"},
      {"{\"plaintext\":5}", "plaintext has a value of the wrong type"},
      {"{\"plaintext\":null}", "plaintext has a value of the wrong type"},
      {"{\"plaintext\":{\"plaintext\":\"sk\"}}", "plaintext has a value of the wrong type"},
      {"{\"plaintext\":[\"sk\"]}", "plaintext has a value of the wrong type"},
      {"{\"plaintext\":\"sk\",\"pool\":\"yes\"}", "pool has a value of the wrong type"},
      {"{\"plaintext\":\"sk\",\"id\":true}", "id has a value of the wrong type"},
      {"{\"plaintext\":\"sk\",\"token_format\":\"v4\"}", "token_format takes v2 or v3"},
      {"{\"plaintext\":\"sk\",\"token_format\":3}", "token_format has a value of the wrong type"},
      {"{\"token\":\"v2:\"}", "it has a field that is not known"},
      {std::string(100000, '['), "it is not JSON, at byte 100001"},
  };
  std::string input, expected;
  int line = 0;
  for (const auto& each : cases) {
    absl::StrAppend(&input, each.line, "\n{\"plaintext\":\"good\"}\n");
    absl::StrAppend(&expected, InvalidLine(line += 1, each.message), "\nTOKEN\n");
    ++line;
  }
  const ProgramResult result = Encrypt(input, {"--user", "alice"});
  const std::string good =
      Lines(Encrypt("{\"plaintext\":\"good\",\"user_id\":\"alice\"}").output)[0];
  EXPECT_EQ(absl::StrReplaceAll(result.output, {{good, "TOKEN"}}), expected);
  EXPECT_EQ(result.error,
            "keyward: INVALID_LINE: 24 of 48 lines failed; the first, line 1: it is not JSON, at "
            "byte 1\n");
  EXPECT_EQ(result.exit_status, 1);
}

TEST_F(CliBatchTest, ALineThatNamesNobodyNeedsAnOption) {
  EXPECT_THAT(Encrypt("{\"plaintext\":\"sk\"}\n{\"pool\":false,\"plaintext\":\"sk\"}").output,
              AllOf(HasSubstr("\"line\":1,"), HasSubstr("\"line\":2,"),
                    HasSubstr("--user and --pool are not given")));
  EXPECT_EQ(server_.service().calls(), 0);
}

TEST_F(CliBatchTest, AnErrorKeepsTheIdWhereverItStands) {
  EXPECT_THAT(
      Encrypt("{\"plaintext\":5,\"x\":{\"id\":1},\"id\":\"after\"}\n{\"user_id\":\"\",\"id\":"
              "12345678901234567890123,\"plaintext\":\"\"}\n"),
      Ends(1,
           AllOf(StartsWith("{\"id\":\"after\",\"line\":1,\"error\":{"),
                 HasSubstr("\n{\"id\":12345678901234567890123,\"line\":2,\"error\":{\"code\":"
                           "\"INVALID_ARGUMENT\","
                           "\"reason\":\"INVALID_REQUEST\",\"message\":\"user_id is empty\"}}\n")),
           StartsWith("keyward: INVALID_LINE: 2 of 2 lines failed; the first, line 1: ")));
}

TEST_F(CliBatchTest, MoreLinesThanOneCallTakesStayInOrder) {
  const ProgramResult sealed = Encrypt(Values(4500), {"--user", "alice"});
  ASSERT_EQ(sealed.exit_status, 0) << sealed.error;
  const std::vector<int> sizes = server_.service().batch_sizes();
  EXPECT_THAT(sizes, AllOf(SizeIs(5), Each(Le(1000))));
  EXPECT_EQ(std::accumulate(sizes.begin(), sizes.end(), 0), 4500);
  const std::vector<std::string> opened = Lines(Decrypt(sealed.output, {"--user", "alice"}).output);
  ASSERT_THAT(opened, SizeIs(4500));
  for (int i = 0; i < 4500; ++i) {
    ASSERT_THAT(opened[i],
                StartsWith(absl::StrCat("{\"id\":", i, ",\"plaintext\":\"value ", i, "\"")));
  }
}

TEST_F(CliBatchTest, LargeValuesGoInSmallerCalls) {
  std::string lines;
  for (int i = 0; i < 7; ++i) {
    absl::StrAppend(&lines, "{\"plaintext\":\"", std::string(1 << 20, 'x'), "\"}\n");
  }
  const ProgramResult sealed = Encrypt(lines, {"--pool"});
  EXPECT_EQ(sealed.exit_status, 0) << sealed.error;
  EXPECT_THAT(Lines(sealed.output), AllOf(SizeIs(7), Each(StartsWith("{\"token\":"))));
  EXPECT_THAT(server_.service().batch_sizes(), AllOf(SizeIs(7), Each(1)));
}

TEST_F(CliBatchTest, ALineThatIsTooLongIsSkippedAndTheRestGoesOn) {
  const std::string good = "{\"plaintext\":\"good\"}\n";
  const std::string over_request = "{\"plaintext\":\"" + std::string((2 << 20) + 1, 'x') + "\"}\n";
  const std::string over_line = "{\"plaintext\":\"" + std::string(20 << 20, 'x') + "\"}";
  const ProgramResult result =
      Encrypt(good + over_line + "\n" + good + over_request + over_line, {"--pool"});
  const std::vector<std::string> answers = Lines(result.output);
  ASSERT_THAT(answers, SizeIs(5));
  EXPECT_THAT(answers[0], StartsWith("{\"token\":"));
  EXPECT_EQ(answers[1], InvalidLine(2, "it is longer than 3 MiB"));
  EXPECT_THAT(answers[2], StartsWith("{\"token\":"));
  EXPECT_THAT(answers[3], AllOf(HasSubstr("\"line\":4,"), HasSubstr("INVALID_REQUEST"),
                                HasSubstr("longer than 2 MiB")));
  EXPECT_EQ(answers[4], InvalidLine(5, "it is longer than 3 MiB"));
}

TEST_F(CliBatchTest, NoLinesAreNoAnswers) {
  EXPECT_THAT(Encrypt(""), Ends(0, "", ""));
  EXPECT_THAT(Decrypt("", {"--in", "/dev/null"}), Ends(0, "", ""));
  EXPECT_EQ(server_.service().calls(), 0);
}

TEST_F(CliBatchTest, ACallThatFailsFailsItsLinesAndNoOthers) {
  server_.service().FailNext(
      1, Failure(grpc::StatusCode::PERMISSION_DENIED, "PERMISSION_DENIED", "not granted"));
  const ProgramResult result = Encrypt(Values(1500), {"--pool"});
  const std::vector<std::string> answers = Lines(result.output);
  ASSERT_THAT(answers, SizeIs(1500));
  const auto failed = std::count_if(answers.begin(), answers.end(), [](const std::string& each) {
    return absl::StrContains(each, "\"reason\":\"PERMISSION_DENIED\"");
  });
  EXPECT_TRUE(failed == 1000 || failed == 500) << failed;
  EXPECT_THAT(result.error, AllOf(StartsWith("keyward: PERMISSION_DENIED: "),
                                  HasSubstr(" of 1500 lines failed; ")));
  EXPECT_EQ(result.exit_status, 1);
}

TEST_F(CliBatchTest, ACallThatIsRefusedForNowIsTriedAgain) {
  server_.service().FailNext(
      1, Failure(grpc::StatusCode::UNAVAILABLE, "DRAINING", "going", "keyward", 1));
  server_.service().FailNext(
      1, Failure(grpc::StatusCode::RESOURCE_EXHAUSTED, "OVERLOADED", "busy", "keyward", 1));
  EXPECT_THAT(Encrypt(Values(10), {"--pool"}), Ends(0, HasSubstr("\"id\":9,\"token\""), ""));
  EXPECT_EQ(server_.service().calls(), 3);
}

TEST_F(CliBatchTest, WithoutAServerEveryLineIsAnsweredAndTheSumIsTold) {
  const std::string address = "unix:" + folder_.Path("nothing.sock");
  const ProgramResult result = Encrypt(Values(1200), {"--pool", "--address", address});
  EXPECT_THAT(Lines(result.output),
              AllOf(SizeIs(1200), Each(HasSubstr("\"reason\":\"UNAVAILABLE\""))));
  EXPECT_THAT(result.error, AllOf(StartsWith("keyward: UNAVAILABLE: 1200 of 1200 lines failed; the "
                                             "first, line 1: cannot connect to " +
                                             address),
                                  MatchesRegex("[^\n]*\n")));
  EXPECT_EQ(result.exit_status, 1);
}

TEST_F(CliBatchTest, TheSumIsAnObjectInJson) {
  EXPECT_THAT(Encrypt("x\n", {"--json"}).error,
              StartsWith("{\"error\":{\"code\":\"INVALID_ARGUMENT\",\"reason\":\"INVALID_LINE\","
                         "\"message\":\"1 of 1 lines"));
}

TEST_F(CliBatchTest, NoErrorRepeatsWhatALineHolds) {
  const std::string secret = "sk-secret";
  const ProgramResult result = Encrypt(
      "{\"plaintext\":\"sk-secret\",\n{\"sk-secret\":\"sk-secret\"}\nsk-secret\n"
      "{\"plaintext\":\"sk-secret\",\"user_id\":\"\"}\n");
  EXPECT_THAT(Lines(result.output), SizeIs(4));
  EXPECT_THAT(result.output + result.error, Not(HasSubstr(secret)));
}

}  // namespace
}  // namespace keyward::client
