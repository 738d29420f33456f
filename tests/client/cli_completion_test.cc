// keyward completion and keyward man: generated from the parser, and asked as the shells ask.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tests/client/cli_fixture.h"

namespace keyward::client {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;

bool HasProgram(const std::string& name) {
  return RunProgram({"sh", "-c", "command -v " + name}).exit_status == 0;
}

std::vector<std::string> SplitLines(const std::string& text) {
  return absl::StrSplit(text, '\n', absl::SkipEmpty());
}

// Completes as bash does: the last word is the one that is being typed.
class BashCompletionTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!HasProgram("bash")) GTEST_SKIP() << "there is no bash";
  }

  std::vector<std::string> Complete(std::vector<std::string> words) const {
    const std::string script =
        "set -u; source \"$1\"; shift; COMP_WORDS=(keyward \"$@\"); COMP_CWORD=$#;"
        "eval \"$(complete -p keyward | sed 's/complete -F \\(.*\\) keyward/\\1/')\";"
        "printf '%s\\n' ${COMPREPLY[@]+\"${COMPREPLY[@]}\"}";
    words.insert(words.begin(), {"bash", "-c", script, "bash", script_});
    const ProgramResult result = RunProgram(words);
    EXPECT_EQ(result.error, "");
    return SplitLines(result.output);
  }

  const TemporaryFolder folder_;
  const std::string script_ =
      folder_.Write("keyward.bash", RunProgram({KEYWARD_CLI, "completion", "bash"}).output);
};

TEST_F(BashCompletionTest, CommandsAndTheirActions) {
  EXPECT_THAT(Complete({""}), AllOf(Contains("encrypt"), Contains("key"), Contains("completion"),
                                    Not(Contains("rotate"))));
  EXPECT_THAT(Complete({"ke"}), UnorderedElementsAre("key", "kek"));
  EXPECT_THAT(Complete({"kek", ""}), UnorderedElementsAre("status", "rewrap", "retire"));
  EXPECT_THAT(Complete({"--json", "--address", "key", "key", "un"}), ElementsAre("undelete"));
}

TEST_F(BashCompletionTest, OptionsOfTheCommandAndOfThoseAbove) {
  EXPECT_THAT(Complete({"key", "destroy", "--"}),
              AllOf(Contains("--user"), Contains("--etag"), Contains("--yes"),
                    Contains("--address"), Not(Contains("--filter"))));
  EXPECT_THAT(Complete({"--tls_c"}), UnorderedElementsAre("--tls_ca", "--tls_cert"));
}

TEST_F(BashCompletionTest, FilesWhereTheyAreMeant) {
  const std::string backup = folder_.Write("monday backup.db", "");
  EXPECT_THAT(Complete({"restore", folder_.Path("mon")}), ElementsAre(backup));
  EXPECT_THAT(Complete({"encrypt", "--in", folder_.Path("mon")}), ElementsAre(backup));
  EXPECT_THAT(Complete({"encrypt", "--in", "=", folder_.Path("mon")}), ElementsAre(backup));
  EXPECT_THAT(Complete({"policy", "test", backup, folder_.Path("mon")}), IsEmpty());
  EXPECT_THAT(Complete({"audit", "verify", backup, folder_.Path("mon")}), ElementsAre(backup));
  EXPECT_THAT(Complete({"key", "get", "--user", folder_.Path("mon")}), IsEmpty());
}

TEST_F(BashCompletionTest, ValuesThatAreOneOfAFew) {
  EXPECT_THAT(Complete({"completion", ""}), UnorderedElementsAre("bash", "zsh", "fish"));
  EXPECT_THAT(Complete({"user-key", "--version", ""}), IsEmpty()) << "which is no flag here";
}

TEST(CompletionTest, EveryShellReadsItsScript) {
  const TemporaryFolder folder;
  for (const std::string shell : {"bash", "zsh", "fish"}) {
    const ProgramResult made = RunProgram({KEYWARD_CLI, "completion", shell});
    EXPECT_THAT(made, Ends(0, HasSubstr("set-min-version"), ""));
    if (!HasProgram(shell)) continue;
    const std::string script = folder.Write("keyward." + shell, made.output);
    EXPECT_THAT(RunProgram({shell, "-n", script}), Ends(0, "", "")) << shell;
  }
}

TEST(CompletionTest, FishCompletes) {
  if (!HasProgram("fish")) GTEST_SKIP() << "there is no fish";
  const TemporaryFolder folder;
  const std::string script =
      folder.Write("keyward.fish", RunProgram({KEYWARD_CLI, "completion", "fish"}).output);
  const auto complete = [&](const std::string& line) {
    return RunProgram(
               {"fish", "--no-config", "-c",
                "source $argv[1]; complete -C $argv[2] | string split -f1 \\t", script, line},
               "", {"HOME=" + folder.Path("home")})
        .output;
  };
  EXPECT_THAT(SplitLines(complete("keyward kek ")),
              UnorderedElementsAre("status", "rewrap", "retire"));
  EXPECT_THAT(SplitLines(complete("keyward key destroy --e")), Contains("--etag"));
  EXPECT_THAT(SplitLines(complete("keyward completion ")),
              UnorderedElementsAre("bash", "zsh", "fish"));
}

TEST(CompletionTest, AnotherShellIsAUsageError) {
  EXPECT_THAT(RunProgram({KEYWARD_CLI, "completion", "tcsh"}), Ends(2, "", HasSubstr("USAGE")));
  EXPECT_THAT(RunProgram({KEYWARD_CLI, "completion"}), Ends(2, "", HasSubstr("USAGE")));
}

TEST(ManPageTest, ItTellsOfEveryCommandAndOption) {
  EXPECT_THAT(
      RunProgram({KEYWARD_CLI, "man"}),
      Ends(0,
           AllOf(StartsWith(".TH KEYWARD 1 "), HasSubstr(".SS key set\\-min\\-version\n"),
                 HasSubstr("\\-\\-confirm\\-pool\\-rewrapped"), HasSubstr("KEYWARD_ADDRESS"),
                 HasSubstr(".SS legacy finish\n"), Not(HasSubstr("keyward \\-\\-help"))),
           ""));
}

TEST(ManPageTest, ItIsWellFormed) {
  const TemporaryFolder folder;
  const std::string page = folder.Write("keyward.1", RunProgram({KEYWARD_CLI, "man"}).output);
  bool checked = false;
  if (HasProgram("man")) {
    checked = true;
    EXPECT_THAT(RunProgram({"sh", "-c", "man --warnings -E UTF-8 -l -Tutf8 -Z \"$1\" >/dev/null",
                            "sh", page},
                           "", {"LC_ALL=C.UTF-8", "MANROFFSEQ=", "MANWIDTH=80"}),
                Ends(0, "", ""));
  }
  if (HasProgram("mandoc")) {
    checked = true;
    EXPECT_THAT(RunProgram({"mandoc", "-T", "lint", "-W", "error", page}), Ends(0, "", ""));
  }
  if (!checked) GTEST_SKIP() << "there is neither man nor mandoc";
}

}  // namespace
}  // namespace keyward::client
