// keyward rewrap, which reads and writes as encrypt --batch does.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/client/cli_batch_fixture.h"

namespace keyward::client {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::SizeIs;
using ::testing::StartsWith;

class CliRewrapTest : public CliBatchTest {
 protected:
  std::string Token(const std::string& user) const {
    std::string token = Keyward({"encrypt", "--user", user}, "secret").output;
    token.pop_back();
    return token;
  }
};

TEST_F(CliRewrapTest, TokensComeBackNewerInTheirOrder) {
  const std::string alice = Token("alice"), bob = Token("bob");
  const std::string input = absl::StrCat(R"({"id":7,"user_id":"alice","token":")", alice, "\"}\n",
                                         R"({"user_id":"bob","token":" )", bob, "~ \"}\n",
                                         R"({"user_id":"carol","token":")", alice, "\"}\n");
  EXPECT_THAT(
      Keyward({"rewrap"}, input),
      Ends(1,
           AllOf(StartsWith(absl::StrCat(
                     R"({"id":7,"token":")", alice, R"(~","key_version":2,"changed":true})", "\n",
                     R"({"token":")", bob, R"(~","key_version":2,"changed":false})", "\n",
                     R"({"line":3,"error":{)")),
                 HasSubstr("DECRYPTION_FAILED")),
           StartsWith("keyward: DECRYPTION_FAILED: 1 of 3 lines failed; the first, line 3")));
  EXPECT_THAT(server_.service().batch_sizes(), ElementsAre(3));
}

TEST_F(CliRewrapTest, AFileAndOptionsStandForTheRest) {
  const std::string file = folder_.Write(
      "tokens.jsonl", absl::StrCat(R"({"token":")", Token("alice"),
                                   R"(","key_version":1,"kek_id":"","changed":false})", "\n"));
  const ProgramResult rewrapped = Keyward({"rewrap", file, "--user", "alice"});
  ASSERT_THAT(rewrapped, Ends(0, MatchesRegex("\\{\"token\":\"v2:[^\"]*~\",[^\n]*\n"), ""));
  EXPECT_THAT(Keyward({"decrypt", "--batch", "--user", "alice"}, rewrapped.output),
              Ends(0, StartsWith(R"({"plaintext":"secret")"), ""));
  EXPECT_THAT(Keyward({"rewrap", file, "--user", "alice", "--associated-data", "other"}),
              Ends(1, HasSubstr("DECRYPTION_FAILED"), HasSubstr("DECRYPTION_FAILED")));
}

TEST_F(CliRewrapTest, ThePoolsTokensHaveTheirKek) {
  std::string token = Keyward({"encrypt", "--pool"}, "secret").output;
  token.pop_back();
  EXPECT_THAT(
      Keyward({"rewrap", "--pool"}, absl::StrCat(R"({"token":")", token, "\"}")),
      Ends(0,
           absl::StrCat(R"({"token":")", token,
                        R"(~","key_version":0,"kek_id":"0123456789abcdef","changed":true})", "\n"),
           ""));
}

TEST_F(CliRewrapTest, AnyLengthGoesInCallsThatTheServerTakes) {
  const std::string line = absl::StrCat(R"({"token":")", Token("alice"), "\"}\n");
  std::string input;
  for (int i = 0; i < 2500; ++i) input += line;
  const ProgramResult result = Keyward({"rewrap", "--user", "alice"}, input);
  EXPECT_EQ(result.exit_status, 0) << result.error;
  EXPECT_THAT(Lines(result.output), SizeIs(2500));
  EXPECT_THAT(server_.service().batch_sizes(), SizeIs(testing::Ge(3u)));
}

TEST_F(CliRewrapTest, ALineWithoutATokenOrAUserIsRefusedAlone) {
  EXPECT_THAT(
      Keyward({"rewrap"}, "{\"user_id\":\"alice\",\"plaintext\":\"x\"}\n{\"token\":\"v2:\"}\n"),
      Ends(1, MatchesRegex("(\\{\"line\":[12],[^\n]*INVALID_LINE[^\n]*\n){2}"),
           HasSubstr("2 of 2 lines failed")));
  EXPECT_THAT(Keyward({"rewrap", "--raw"}), Ends(2, "", HasSubstr("--raw")));
  EXPECT_THAT(Keyward({"rewrap", folder_.Path("none")}), Ends(2, "", HasSubstr("cannot read")));
}

}  // namespace
}  // namespace keyward::client
