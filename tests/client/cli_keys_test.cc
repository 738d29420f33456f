// keyward key, kek and backup, against the fake service for operators.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/client/cli_fixture.h"

namespace keyward::client {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::SizeIs;
using ::testing::StartsWith;

class CliKeysTest : public CliTest {
 protected:
  CliKeysTest() { server_.admin().AddUser("alice"); }

  ProgramResult Key(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "key");
    return Keyward(arguments);
  }
};

TEST_F(CliKeysTest, GetShowsAllButTheKey) {
  EXPECT_THAT(Key({"get", "--user", "alice"}),
              Ends(0,
                   "user_id: alice\nstate: ACTIVE\nprimary_version: 1\nmin_version: 0\netag: 1\n"
                   "VERSION  STATE    CREATED               KEK               MESSAGES\n"
                   "1        ENABLED  2023-11-14T22:13:20Z  0123456789abcdef  0\n",
                   ""));
  EXPECT_THAT(
      Key({"get", "--user", "alice", "--json"}),
      Ends(0,
           R"({"user_id":"alice","state":"ACTIVE","primary_version":1,"min_version":0,"etag":"1",)"
           R"("versions":[{"version":1,"state":"ENABLED","create_time":"2023-11-14T22:13:20.25Z",)"
           R"("kek_id":"0123456789abcdef","messages":0}]})"
           "\n",
           ""));
}

TEST_F(CliKeysTest, AUserWithoutAKeyIsARefusedCall) {
  EXPECT_THAT(Key({"get", "--user", "nobody"}),
              Ends(1, "", StartsWith("keyward: USER_KEY_NOT_FOUND: ")));
  EXPECT_THAT(Key({"get", "--user", "nobody", "--json"}),
              Ends(1, "", HasSubstr("\"reason\":\"USER_KEY_NOT_FOUND\"")));
}

TEST_F(CliKeysTest, AListHasAllPagesInColumns) {
  for (const char* user : {"bob", "Zoë", "\x1b[2J"}) server_.admin().AddUser(user);
  EXPECT_THAT(Key({"list", "--page-size", "3", "--filter", "state = ACTIVE"}),
              Ends(0,
                   "USER   STATE   PRIMARY  VERSIONS  CREATED               ETAG  DUE  PURGE\n"
                   "?[2J   ACTIVE  1        1         2023-11-14T22:13:20Z  1\n"
                   "Zoë    ACTIVE  1        1         2023-11-14T22:13:20Z  1\n"
                   "alice  ACTIVE  1        1         2023-11-14T22:13:20Z  1\n"
                   "bob    ACTIVE  1        1         2023-11-14T22:13:20Z  1\n",
                   ""));
  EXPECT_THAT(server_.admin().calls(), ElementsAre("ListUserKeys", "ListUserKeys"));
  EXPECT_EQ(server_.admin().last_list().filter(), "state = ACTIVE");
  EXPECT_THAT(Key({"list", "--json"}),
              Ends(0, MatchesRegex("(\\{\"user_id\":[^\n]*\\}\n){4}"), ""));
}

TEST_F(CliKeysTest, AListThatBreaksOffSaysSo) {
  server_.admin().AddUser("bob");
  server_.admin().FailNext(1, grpc::Status::OK);
  server_.admin().FailNext(
      1, Failure(grpc::StatusCode::PERMISSION_DENIED, "PERMISSION_DENIED", "not granted"));
  EXPECT_THAT(Key({"list", "--page-size", "1"}),
              Ends(1, HasSubstr("alice"), "keyward: PERMISSION_DENIED: not granted\n"));
}

TEST_F(CliKeysTest, AKeyGoesThroughItsLife) {
  const auto state = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--user", "alice"});
    const ProgramResult result = Key(arguments);
    EXPECT_EQ(result.exit_status, 0) << result.error;
    return result.output;
  };
  EXPECT_THAT(state({"rotate", "--request-id", "mine"}), HasSubstr("primary_version: 2\n"));
  EXPECT_EQ(server_.admin().last_rotate().request_id(), "mine");
  EXPECT_THAT(state({"disable", "--version", "1"}), HasSubstr("1        DISABLED"));
  EXPECT_THAT(state({"enable", "--version", "1"}), HasSubstr("1        ENABLED"));
  EXPECT_THAT(state({"disable"}), HasSubstr("state: DISABLED\n"));
  EXPECT_THAT(state({"enable"}), HasSubstr("state: ACTIVE\n"));
  EXPECT_THAT(state({"set-min-version", "--version", "2"}), HasSubstr("min_version: 2\n"));
  EXPECT_THAT(state({"delete"}), HasSubstr("state: DELETED\n"));
  EXPECT_THAT(state({"get"}), HasSubstr("purge_time: 2023-12-14T22:13:20Z\n"));
  EXPECT_THAT(state({"undelete"}), HasSubstr("state: ACTIVE\n"));
  EXPECT_THAT(state({"destroy", "--yes"}),
              AllOf(HasSubstr("state: DESTROYED\n"), HasSubstr("1        DESTROYED")));
}

TEST_F(CliKeysTest, AnEtagThatIsOutOfDateIsARefusedCall) {
  for (const std::string action : {"rotate", "disable", "enable", "delete", "undelete"}) {
    EXPECT_THAT(Key({action, "--user", "alice", "--etag", "0"}),
                Ends(1, "", StartsWith("keyward: ETAG_MISMATCH: ")))
        << action;
  }
  EXPECT_THAT(Key({"set-min-version", "--version", "1", "--user", "alice", "--etag", "0"}),
              Ends(1, "", HasSubstr("ETAG_MISMATCH")));
  EXPECT_THAT(Key({"destroy", "--yes", "--user", "alice", "--etag", "0"}),
              Ends(1, "", HasSubstr("ETAG_MISMATCH")));
  EXPECT_EQ(server_.admin().user("alice").etag(), "1");
}

TEST_F(CliKeysTest, DestroyReadsTheEtagUnlessItIsGiven) {
  EXPECT_THAT(Key({"destroy", "--user", "alice", "--yes"}),
              Ends(0, HasSubstr("state: DESTROYED"), ""));
  EXPECT_THAT(server_.admin().calls(), ElementsAre("GetUserKey", "DestroyUserKey"));
  server_.admin().AddUser("bob");
  EXPECT_THAT(Key({"destroy", "--user", "bob", "--etag", "1", "-y", "--json"}),
              Ends(0, HasSubstr("\"state\":\"DESTROYED\""), ""));
  EXPECT_THAT(server_.admin().calls(), SizeIs(3));
}

TEST_F(CliKeysTest, WhatCannotBeUndoneNeedsYesWhereNobodyCanBeAsked) {
  const std::string says =
      "keyward: USAGE: this cannot be undone, and there is no terminal to ask on (--yes goes on "
      "without asking)\n";
  EXPECT_THAT(Key({"destroy", "--user", "alice"}), Ends(2, "", says));
  EXPECT_EQ(server_.admin().user("alice").state(), v1::UserKey::ACTIVE);
  EXPECT_THAT(Keyward({"kek", "retire", "fedcba9876543210", "--confirm-pool-rewrapped"}),
              Ends(2, "", says));
  EXPECT_THAT(server_.admin().calls(), ElementsAre("GetUserKey"));
}

TEST_F(CliKeysTest, UsageErrorsEndWithTwoAndAskNoServer) {
  const std::vector<std::vector<std::string>> cases = {
      {"key"},
      {"key", "get"},
      {"key", "frobnicate", "--user", "a"},
      {"key", "set-min-version", "--user", "a"},
      {"key", "list", "--page-size", "0"},
      {"kek"},
      {"kek", "retire", "--confirm-pool-rewrapped"},
      {"kek", "retire", "0123456789abcdef", "--yes"},
      {"kek", "rewrap", "--rate", "-1"}};
  for (const std::vector<std::string>& arguments : cases) {
    EXPECT_THAT(Keyward(arguments), Ends(2, "", MatchesRegex("keyward: USAGE: [^\n]*\n")))
        << arguments.back();
  }
  EXPECT_THAT(server_.admin().calls(), IsEmpty());
}

TEST_F(CliTest, KekStatusShowsEachMasterKey) {
  EXPECT_THAT(Keyward({"kek", "status"}),
              Ends(0,
                   "KEK               CURRENT  LOADED  KEYS  RETIRED\n"
                   "0123456789abcdef  yes      yes     0\n"
                   "fedcba9876543210  no       no      0     2023-11-14T22:13:20Z\n"
                   "rewrap: IDLE\n",
                   ""));
  EXPECT_THAT(
      Keyward({"kek", "status", "--json"}),
      Ends(0,
           StartsWith(
               R"({"keks":[{"kek_id":"0123456789abcdef","current":true,"loaded":true,"keys":0},)"
               R"({"kek_id":"fedcba9876543210","current":false,"loaded":false,"keys":0,)"
               R"("retire_time":"2023-11-14T22:13:20Z"}],"rewrap":{"state":"IDLE",)"),
           ""));
}

TEST_F(CliTest, KekRewrapWaitsForTheEnd) {
  EXPECT_THAT(Keyward({"kek", "rewrap", "--rate", "50"}),
              Ends(0,
                   "DONE: 10 of 10 keys rewrapped under 0123456789abcdef, begun "
                   "2023-11-14T22:13:20Z, ended 2023-11-14T22:13:21Z\n",
                   ""));
  EXPECT_EQ(server_.admin().last_rewrap().max_keys_per_second(), 50u);
  EXPECT_THAT(server_.admin().calls(), SizeIs(5)) << "one to start it, and four looks";
}

TEST_F(CliTest, KekRewrapWaitsNotWhereItIsTold) {
  EXPECT_THAT(Keyward({"kek", "rewrap", "--no-wait", "--json"}),
              Ends(0, StartsWith(R"({"state":"RUNNING","kek_id":"0123456789abcdef",)"), ""));
  EXPECT_THAT(server_.admin().calls(), ElementsAre("RewrapUserKeys"));
}

TEST_F(CliTest, KekRewrapThatLeavesKeysBehindFails) {
  server_.admin().SetUnreadable(2);
  EXPECT_THAT(Keyward({"kek", "rewrap"}),
              Ends(1, StartsWith("FAILED: 8 of 10 keys rewrapped under 0123456789abcdef, 2 failed"),
                   StartsWith("keyward: REWRAP_FAILED: ")));
}

TEST_F(CliTest, ALongRewrapShowsABarOnATerminal) {
  server_.admin().SetKeysAtOnce(1);
  const ProgramResult result = RunProgramOnTerminal({KEYWARD_CLI, "kek", "rewrap"}, "",
                                                    {"KEYWARD_ADDRESS=" + server_.address()});
  EXPECT_EQ(result.exit_status, 0);
  EXPECT_THAT(result.error, HasSubstr("] "));
  EXPECT_THAT(result.error, HasSubstr("of 10 keys"));
}

TEST_F(CliTest, KekRetireGoesOnWithYes) {
  EXPECT_THAT(Keyward({"kek", "retire", "fedcba9876543210", "--confirm-pool-rewrapped", "--yes"}),
              Ends(0, "retired: fedcba9876543210\n", ""));
  server_.admin().FailNext(
      1, Failure(grpc::StatusCode::FAILED_PRECONDITION, "KEK_IN_USE", "keys are under it"));
  EXPECT_THAT(Keyward({"kek", "retire", "fedcba9876543210", "--confirm-pool-rewrapped", "--yes"}),
              Ends(1, "", "keyward: KEK_IN_USE: keys are under it (keyward kek rewrap, first)\n"));
}

TEST_F(CliTest, BackupTellsWhereItIs) {
  server_.admin().AddUser("alice");
  EXPECT_THAT(Keyward({"backup", "monday.db"}),
              Ends(0, "/backups/monday.db: 4096 bytes, 1 users\n", ""));
  EXPECT_THAT(Keyward({"backup", "--json"}),
              Ends(0,
                   R"({"path":"/backups/keys-TIME.db","bytes":4096,"users":1,"faults":[]})"
                   "\n",
                   ""));
}

TEST_F(CliTest, ABackupOfKeysThatDoNotOpenFails) {
  server_.admin().SetFault("STORED_KEY_CORRUPT");
  EXPECT_THAT(Keyward({"backup"}), Ends(1,
                                        "/backups/keys-TIME.db: 4096 bytes, 0 users\n"
                                        "FAULT               KEYS  USERS\n"
                                        "STORED_KEY_CORRUPT  1     bob\n",
                                        StartsWith("keyward: VERIFICATION_FAILED: ")));
  EXPECT_THAT(
      Keyward({"backup", "--json"}),
      Ends(1,
           HasSubstr(R"("faults":[{"reason":"STORED_KEY_CORRUPT","count":1,"user_ids":["bob"]}])"),
           HasSubstr("VERIFICATION_FAILED")));
}

TEST_F(CliTest, VerifyOnlineTellsOfTheServersStore) {
  server_.admin().AddUser("alice");
  EXPECT_THAT(Keyward({"verify", "--online"}), Ends(0, "OK: 1 users, 1 keys opened\n", ""));
  EXPECT_THAT(Keyward({"verify", "--online", "--json"}),
              Ends(0,
                   R"({"verified":true,"users":1,"keys":1,"faults":[]})"
                   "\n",
                   ""));
}

TEST_F(CliTest, VerifyOnlineFailsWhereKeysDoNotOpen) {
  server_.admin().SetFault("KEK_NOT_LOADED");
  EXPECT_THAT(Keyward({"verify", "--online"}), Ends(1,
                                                    "BAD: 0 users, 0 keys opened\n"
                                                    "FAULT           KEYS  USERS\n"
                                                    "KEK_NOT_LOADED  1     bob\n",
                                                    StartsWith("keyward: VERIFICATION_FAILED: ")));
  EXPECT_THAT(Keyward({"verify", "--online", "--json"}),
              Ends(1, HasSubstr(R"({"verified":false,"users":0,"keys":0,"faults":[{"reason":)"),
                   HasSubstr("VERIFICATION_FAILED")));
  server_.admin().FailNext(1,
                           Failure(grpc::StatusCode::PERMISSION_DENIED, "PERMISSION_DENIED", "no"));
  EXPECT_THAT(Keyward({"verify", "--online"}), Ends(1, "", HasSubstr("PERMISSION_DENIED")));
}

}  // namespace
}  // namespace keyward::client
