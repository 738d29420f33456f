// keyward audit: on logs made here, line by line, as a server would.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "server/audit/chain.h"
#include "tests/client/cli_fixture.h"
#include "tests/client/cli_keks.h"

namespace keyward::client {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

audit::AuditKeys KeysOf(const char* kek_text) {
  const keyring::Kek kek = KekOf(kek_text);
  return audit::AuditKeys(kek.key(), kek.hex_id());
}

class CliAuditTest : public ::testing::Test {
 protected:
  std::string Opening(const audit::AuditKeys& keys) {
    return Line(audit::OpeningMembers(kTime, end_, std::nullopt), keys);
  }
  std::string Opening() { return Opening(keys_); }
  std::string Call(const std::string& user, const audit::AuditKeys& keys) {
    return Line(R"("time":"2026-01-31T12:00:01.000000Z","event":"call","principal":"dns:billing",)"
                R"("peer":"ipv4:10.0.0.7:4711","method":"Decrypt","scope":"user","user_id":")" +
                    user +
                    R"(","key_version":2,"code":"NOT_FOUND","reason":"USER_KEY_NOT_FOUND",)" +
                    R"("latency_us":85)",
                keys);
  }
  std::string Call(const std::string& user) { return Call(user, keys_); }
  std::string Line(const std::string& members, const audit::AuditKeys& keys) {
    std::string line;
    audit::AppendLine(members, keys, end_, line);
    return line;
  }
  std::string Anchor() const { return absl::StrCat(end_.seq, ":", end_.mac); }

  // With both KEKs, of which one is a previous one.
  static ProgramResult Verify(std::vector<std::string> arguments,
                              std::vector<std::string> environment = {
                                  absl::StrCat("API_KEY_MASTER_KEY=", kKek),
                                  absl::StrCat("API_KEY_MASTER_KEY_PREVIOUS=", kOtherKek)}) {
    arguments.insert(arguments.begin(), {KEYWARD_CLI, "audit", "verify"});
    return RunProgram(arguments, "", environment);
  }
  static ProgramResult Tail(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {KEYWARD_CLI, "audit", "tail"});
    return RunProgram(arguments);
  }

  static constexpr int64_t kTime = 1'769'860'800'000'000;
  const TemporaryFolder folder_;
  const audit::AuditKeys keys_ = KeysOf(kKek);
  audit::ChainEnd end_;
};

TEST_F(CliAuditTest, AGoodLogIsSummedUpWithAnAnchor) {
  std::string text = Opening();
  text += Call("alice");
  const std::string log = folder_.Write("audit.log", text);
  EXPECT_THAT(
      Verify({log}),
      Ends(0,
           AllOf(StartsWith("OK: 2 lines in 1 file, seq 1 to 2\n"
                            "from 2026-01-31T12:00:00.000000Z to 2026-01-31T12:00:01.000000Z\n"),
                 EndsWith("anchor " + Anchor() + "\n")),
           ""));
  EXPECT_THAT(Verify({log, "--json"}),
              Ends(0,
                   AllOf(HasSubstr(R"("verified":true,"files":1,"lines":2,"first_seq":1,)"),
                         HasSubstr(R"("anchor":")" + Anchor())),
                   ""));
}

TEST_F(CliAuditTest, TheFirstWrongLineIsNamed) {
  std::string text = Opening();
  text += Call("alice");
  text += Call("bob");
  text.replace(text.find("alice"), 5, "carol");
  const std::string log = folder_.Write("audit.log", text);
  EXPECT_THAT(Verify({log}),
              Ends(1, "", StartsWith("keyward: AUDIT_LOG_INVALID: " + log + ":2: the line's mac")));
}

TEST_F(CliAuditTest, FilesMayComeInAnyOrderAndUnderSeveralKeks) {
  const audit::AuditKeys other = KeysOf(kOtherKek);
  std::string text = Opening(other);
  text += Call("alice", other);
  const std::string first = folder_.Write("audit.log.1", text);
  const std::string second = folder_.Write("audit.log", Opening());
  const std::string empty = folder_.Write("audit.log.lock", "");
  EXPECT_THAT(Verify({second, first, empty}), Ends(0, HasSubstr("3 lines in 2 files"), ""));
  EXPECT_THAT(Verify({second}), Ends(0, HasSubstr("1 lines"), HasSubstr("begins with seq 3")));
  EXPECT_THAT(Verify({first, second}, {absl::StrCat("API_KEY_MASTER_KEY=", kKek)}),
              Ends(1, "", HasSubstr("which is not given")));
}

TEST_F(CliAuditTest, AnAnchorShowsACutEnd) {
  const std::string text = Opening();
  const std::string whole = folder_.Write("whole", text + Call("alice"));
  const std::string cut = folder_.Write("cut", text);
  EXPECT_THAT(Verify({whole, "--anchor", Anchor()}), Ends(0, StartsWith("OK"), ""));
  EXPECT_THAT(Verify({cut, "--anchor", Anchor()}), Ends(1, "", HasSubstr("its end was cut off")));
  EXPECT_THAT(Verify({whole, "--anchor", "2:abc"}), Ends(2, "", HasSubstr("SEQ:MAC")));
}

TEST_F(CliAuditTest, WhatIsMissingIsSaid) {
  const std::string log = folder_.Write("audit.log", Opening());
  EXPECT_THAT(Verify({log}, {"API_KEY_MASTER_KEY="}), Ends(2, "", HasSubstr("API_KEY_MASTER_KEY")));
  EXPECT_THAT(Verify({folder_.Path("missing")}), Ends(2, "", HasSubstr("missing")));
  EXPECT_THAT(Verify({}), Ends(2, "", HasSubstr("FILE")));
  EXPECT_THAT(Verify({folder_.Write("cut", "{\"seq\":1")}),
              Ends(1, "", HasSubstr("cut:1: the line is not complete")));
}

TEST_F(CliAuditTest, TailPrintsTheLastLinesInColumns) {
  std::string text = Opening();
  for (const char* user : {"alice", "bob", "a-rather-long-name"}) text += Call(user);
  const std::string log = folder_.Write("audit.log", text);
  EXPECT_THAT(Tail({"-n", "2", log}),
              Ends(0,
                   "2026-01-31T12:00:01.000000Z USER_KEY_NOT_FOUND 85us   Decrypt dns:billing "
                   "ipv4:10.0.0.7:4711 user bob v2\n"
                   "2026-01-31T12:00:01.000000Z USER_KEY_NOT_FOUND 85us   Decrypt dns:billing "
                   "ipv4:10.0.0.7:4711 user a-rather-long-name v2\n",
                   ""));
  EXPECT_THAT(Tail({log}),
              Ends(0, StartsWith("2026-01-31T12:00:00.000000Z -- audit_start kek_id="), ""));
  EXPECT_THAT(Tail({"-n", "4", log, "--json"}), Ends(0, text, ""));
  EXPECT_THAT(Tail({"-n", "0", log}), Ends(0, "", ""));
  EXPECT_THAT(Tail({folder_.Path("missing")}), Ends(2, "", HasSubstr("missing")));
}

TEST_F(CliAuditTest, TailTellsByWhatACallIsFound) {
  const std::string log = folder_.Write(
      "audit.log",
      Line(R"("time":"2026-01-31T12:00:01.000000Z","event":"call","principal":"dns:billing",)"
           R"("peer":"ipv4:10.0.0.7:4711","method":"PoolKey","scope":"pool","code":"OK",)"
           R"("trace_id":"4bf9","parent_id":"00f0","request_id":"order-7","latency_us":85)",
           keys_));
  EXPECT_THAT(Tail({log}), Ends(0, EndsWith(" pool request_id=order-7 trace_id=4bf9\n"), ""));
}

TEST_F(CliAuditTest, TailLetsNothingInALineSteerATerminal) {
  std::string text = Call("\\u001b[2J\\u009b1m");
  text += "no \x1b[31m log\n";
  const std::string log = folder_.Write("audit.log", text);
  EXPECT_THAT(Tail({log}), Ends(0,
                                AllOf(HasSubstr("user ?[2J?1m"), HasSubstr("?? no ?[31m log"),
                                      Not(HasSubstr("\x1b")), Not(HasSubstr("\xC2"))),
                                ""));
}

TEST_F(CliAuditTest, TailFollowsTheLogIntoItsNextFile) {
  const std::string log = folder_.Write("audit.log", Opening());
  PipedProgram tail({KEYWARD_CLI, "audit", "tail", "-f", log});
  EXPECT_THAT(tail.ReadLine(), HasSubstr("audit_start"));
  std::ofstream(log, std::ios::app) << Call("alice");
  EXPECT_THAT(tail.ReadLine(), HasSubstr("alice"));
  std::ofstream(log, std::ios::app) << Call("bob");
  std::filesystem::rename(log, log + ".1");
  std::ofstream(log) << Opening();
  EXPECT_THAT(tail.ReadLine(), HasSubstr("bob"));
  EXPECT_THAT(tail.ReadLine(), HasSubstr("continued previous_seq=3"));
  tail.CloseOutput();
  std::ofstream(log, std::ios::app) << Call("carol");
  EXPECT_EQ(tail.End(), 2) << "it ends where nobody reads it";
}

}  // namespace
}  // namespace keyward::client
