// keyward verify: on a database that the server's own store makes here, and the command's manners.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "server/keyring/key_wrap.h"
#include "server/store/database_lock.h"
#include "server/store/sqlite_store.h"
#include "tests/client/cli_fixture.h"
#include "tests/client/cli_keks.h"

namespace keyward::client {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

const keyring::Kek& Kek() {
  static const keyring::Kek& kek = *new keyring::Kek(KekOf(kKek));
  return kek;
}

class CliVerifyTest : public ::testing::Test {
 protected:
  CliVerifyTest() {
    auto store = store::SqliteStore::Open({.path = database_});
    if (!store.ok()) throw std::runtime_error(std::string(store.status().message()));
    std::vector<store::NewUser> users;
    for (const char* user : {"alice", "bob", "carol"}) {
      // Bob's row holds what was wrapped for alice.
      const std::string_view owner = user == std::string_view("bob") ? "alice" : user;
      const auto key = crypto::SecretBytes::CopyOf(std::string(32, 'd'));
      users.push_back({user, keyring::WrapKey(Kek(), owner, 1, key, absl::UnixEpoch(),
                                              crypto::SystemRandom())});
    }
    absl::Notification stored;
    (*store)->CreateMany(std::move(users), [&](const auto&) { stored.Notify(); });
    stored.WaitForNotification();
  }

  static ProgramResult Verify(std::vector<std::string> arguments,
                              std::vector<std::string> environment = {
                                  absl::StrCat("API_KEY_MASTER_KEY=", kKek)}) {
    arguments.insert(arguments.begin(), {KEYWARD_CLI, "verify"});
    return RunProgram(arguments, "", environment);
  }

  const TemporaryFolder folder_;
  const std::string database_ = folder_.Path("keys.db");
};

TEST_F(CliVerifyTest, WhatIsWrongIsALineAndTheSumFollows) {
  EXPECT_THAT(Verify({database_}),
              Ends(1,
                   absl::StrCat("user \"bob\", version 1: STORED_KEY_CORRUPT: the wrapped key does "
                                "not open: it was changed, or is another row's\n"
                                "BAD: 3 users, 3 versions\nkek ",
                                Kek().hex_id(), ": 3 versions, current\n"),
                   absl::StrCat("keyward: VERIFICATION_FAILED: ", database_,
                                ": 1 fault: 1 STORED_KEY_CORRUPT\n")));
}

TEST_F(CliVerifyTest, WithJsonEachLineIsAnObject) {
  EXPECT_THAT(
      Verify({database_, "--json"}),
      Ends(1,
           AllOf(StartsWith(R"({"user_id":"bob","version":1,"reason":"STORED_KEY_CORRUPT",)"),
                 EndsWith(absl::StrCat(
                     R"({"verified":false,"users":3,"versions":3,"destroyed":0,"faults":1,)"
                     R"("keks":[{"kek_id":")",
                     Kek().hex_id(), R"(","versions":3,"loaded":true,"current":true}]})", "\n"))),
           HasSubstr(R"("reason":"VERIFICATION_FAILED")")));
}

TEST_F(CliVerifyTest, TheDatabaseIsNamedInAnyOfTheServersWays) {
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{"sqlite:" + database_},
                                                    {"--store", "sqlite:" + database_},
                                                    {"--store", database_}}) {
    EXPECT_THAT(Verify(arguments), Ends(1, HasSubstr("BAD: 3 users"), HasSubstr(database_)));
  }
  EXPECT_THAT(
      Verify({}, {absl::StrCat("API_KEY_MASTER_KEY=", kKek), "KEYWARD_STORE=sqlite:" + database_}),
      Ends(1, HasSubstr("BAD: 3 users"), HasSubstr(database_)));
  std::filesystem::create_symlink(database_, folder_.Path("link"));
  EXPECT_THAT(Verify({folder_.Path("link")}), Ends(1, HasSubstr("3 users"), HasSubstr(database_)));
}

TEST_F(CliVerifyTest, AnArgumentWinsOverTheServersEnvironment) {
  EXPECT_THAT(Verify({database_}, {absl::StrCat("API_KEY_MASTER_KEY=", kKek),
                                   "KEYWARD_STORE=sqlite:/no/such/file"}),
              Ends(1, HasSubstr("BAD: 3 users"), HasSubstr(database_)));
}

TEST_F(CliVerifyTest, KeksComeFromFilesAndPreviousOnesToo) {
  const std::string file = folder_.Write("master.key", std::string(kOtherKek) + "\n");
  EXPECT_THAT(Verify({database_}, {"API_KEY_MASTER_KEY_FILE=" + file,
                                   absl::StrCat("API_KEY_MASTER_KEY_PREVIOUS=", kKek)}),
              Ends(1, AllOf(HasSubstr("3 versions, previous"), HasSubstr("0 versions, current")),
                   Not(HasSubstr("KEK_NOT_LOADED"))));
  EXPECT_THAT(
      Verify({database_},
             {"API_KEY_MASTER_KEY=!", absl::StrCat("API_KEY_MASTER_KEY_PREVIOUS=", kKek)}),
      Ends(1, HasSubstr("BAD: 3 users"),
           StartsWith("keyward: warning: there is no current master key: API_KEY_MASTER_KEY is not "
                      "base64")));
}

TEST_F(CliVerifyTest, WhatIsMissingOrMakesNoSenseIsAUsageError) {
  EXPECT_THAT(Verify({}), Ends(2, "", HasSubstr("verify needs a DATABASE")));
  EXPECT_THAT(Verify({database_, "--raw"}), Ends(2, "", HasSubstr("--raw")));
  EXPECT_THAT(Verify({folder_.Path("none")}), Ends(2, "", HasSubstr("there is no file")));
  EXPECT_FALSE(std::filesystem::exists(folder_.Path("none.lock")));
  EXPECT_THAT(Verify({database_}, {"API_KEY_MASTER_KEY="}),
              Ends(2, "", HasSubstr("API_KEY_MASTER_KEY")));
  EXPECT_THAT(Verify({database_},
                     {absl::StrCat("API_KEY_MASTER_KEY=", kKek), "API_KEY_MASTER_KEY_PREVIOUS=x"}),
              Ends(2, "", HasSubstr("API_KEY_MASTER_KEY_PREVIOUS")));
}

TEST_F(CliVerifyTest, ADatabaseThatSomebodyHasOpenIsNotTouched) {
  const auto lock = store::DatabaseLock::Acquire(database_, "a test");
  ASSERT_TRUE(lock.ok()) << lock.status();
  EXPECT_THAT(Verify({database_}),
              Ends(78, "",
                   absl::StrCat("keyward: DATABASE_IN_USE: the database ", database_,
                                " is in use by process ", getpid(), " (a test)\n")));
}

TEST_F(CliVerifyTest, ALockThatCannotBeMadeIsNoOtherProcess) {
  std::filesystem::remove(database_ + ".lock");
  std::filesystem::create_directory(database_ + ".lock");
  EXPECT_THAT(Verify({database_}), Ends(2, "", HasSubstr("copy the database to where you may")));
}

TEST_F(CliVerifyTest, AnOutputThatTakesNoMoreEndsIt) {
  const std::string script = "\"$0\" verify \"$1\" > /dev/full";
  EXPECT_THAT(RunProgram({"sh", "-c", script, KEYWARD_CLI, database_}, "",
                         {absl::StrCat("API_KEY_MASTER_KEY=", kKek)}),
              Ends(2, "", "keyward: CANNOT_WRITE: standard output takes no more\n"));
}

TEST_F(CliVerifyTest, HelpTellsTheStatuses) {
  EXPECT_THAT(Verify({"--help"}),
              Ends(0, AllOf(HasSubstr("keyward verify /backup/keys.db"), HasSubstr("78")), ""));
}

}  // namespace
}  // namespace keyward::client
