#include "server/audit/file_audit_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <thread>

#include "tests/audit/log_fixture.h"

namespace keyward::audit {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

TEST_F(LogTest, ACallIsInTheFileWhenItIsDone) {
  const auto log = Open();
  ASSERT_TRUE(Append(*log, "alice").ok());
  const std::vector<std::string> lines = Lines(Text());
  ASSERT_THAT(lines, SizeIs(2));
  EXPECT_THAT(lines[0], HasSubstr("\"event\":\"audit_start\""));
  EXPECT_THAT(lines[1], HasSubstr("\"user_id\":\"alice\""));
  EXPECT_EQ(ProblemOf({Text()}), "");
  const AuditCounters counters = log->counters();
  EXPECT_EQ(counters.lines, 2u);
  EXPECT_EQ(counters.bytes, Text().size());
  EXPECT_EQ(counters.lost_events, 0u);
}

TEST_F(LogTest, TheItemsOfABatchAreWrittenWithOneWrite) {
  const auto log = Open();
  const int before = system_.writes;
  ASSERT_TRUE(Append(*log, {TestEvent("a"), TestEvent("b"), TestEvent("c")}).ok());
  EXPECT_EQ(system_.writes, before + 1);
  EXPECT_THAT(Lines(Text()), SizeIs(4));
}

TEST_F(LogTest, UserIdsCanBeHidden) {
  options_.hide_user_ids = true;
  ASSERT_TRUE(Append(*Open(), "alice").ok());
  EXPECT_THAT(Text(), HasSubstr("\"user_hmac\":\""));
  EXPECT_THAT(Text(), ::testing::Not(HasSubstr("alice")));
}

TEST_F(LogTest, TheFileIsItsOwnersAlone) {
  const mode_t old = umask(0);
  Open();
  umask(old);
  struct stat found = {};
  ASSERT_EQ(stat(path_.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0600u);
}

TEST_F(LogTest, ARestartContinuesTheChain) {
  WriteLog({"alice"});
  WriteLog({"bob", "carol"});
  EXPECT_THAT(Lines(Text()), SizeIs(5));
  EXPECT_EQ(ProblemOf({Text()}), "");
  EXPECT_EQ(Verified({Text()}).log().end.seq, 5u);
}

TEST_F(LogTest, AnotherKekContinuesTheChainAndBothVerifyIt) {
  WriteLog({"alice"});
  WriteLog({"bob"}, OtherKeys());
  WriteLog({"carol"});
  EXPECT_EQ(ProblemOf({Text()}), "");
  EXPECT_THAT(Lines(Text())[2], HasSubstr("\"previous_kek_id\":\"4b4b4b4b4b4b4b4b\""));
}

TEST_F(LogTest, ATornLastLineStaysAndIsTold) {
  WriteLog({"alice"});
  const std::string whole = Text();
  const std::string next = whole.substr(whole.find('\n') + 1);
  for (const size_t size : {size_t{1}, size_t{50}, next.size() - 2}) {
    SetText(whole + next.substr(0, size));
    WriteLog({"bob"});
    EXPECT_EQ(Text().substr(0, whole.size() + size), whole + next.substr(0, size));
    EXPECT_EQ(ProblemOf({Text()}), "") << size;
    EXPECT_EQ(Verified({Text()}).log().torn_lines, 1u);
    EXPECT_EQ(Verified({Text()}).log().lines, 4u);
  }
}

TEST_F(LogTest, ALastLineThatOnlyLacksItsNewlineCounts) {
  WriteLog({"alice"});
  std::string text = Text();
  text.pop_back();
  SetText(text);
  WriteLog({"bob"});
  EXPECT_EQ(ProblemOf({Text()}), "");
  EXPECT_EQ(Verified({Text()}).log().lines, 4u);
  EXPECT_EQ(Verified({Text()}).log().torn_lines, 0u);
}

TEST_F(LogTest, ATornFirstLineIsToldByTheFirst) {
  SetText("{\"seq\":1,");
  chmod(path_.c_str(), 0600);
  WriteLog({"alice"});
  EXPECT_EQ(ProblemOf({Text()}), "");
  EXPECT_EQ(Verified({Text()}).log().torn_lines, 1u);
}

TEST_F(LogTest, AFileWhoseLastLineWasChangedIsRefused) {
  WriteLog({"alice", "bob"});
  const std::string good = Text();
  std::string changed = good;
  changed.replace(changed.find("bob"), 3, "bop");
  const std::vector<std::string> lines = Lines(good);
  for (const std::string& text : {changed, good + "hello\n", lines[0] + lines[2], lines[2],
                                  good + std::string(3 * kMaxLineBytes, 'x') + "\n"}) {
    SetText(text);
    const auto log = TryOpen();
    ASSERT_TRUE(absl::IsFailedPrecondition(log.status())) << log.status();
    EXPECT_THAT(std::string(log.status().message()),
                HasSubstr(path_ + ": its last line is not as it was written: keep the file"));
    EXPECT_EQ(Text(), text) << "evidence is not touched";
  }
}

TEST_F(LogTest, TwoWritersOfOneFileAreRefused) {
  const auto first = Open();
  const auto second = TryOpen();
  EXPECT_TRUE(absl::IsFailedPrecondition(second.status()));
  EXPECT_THAT(std::string(second.status().message()), HasSubstr("in use by another process"));
}

TEST_F(LogTest, AFileThatOthersCouldHaveWrittenIsRefused) {
  folder_.Touch("audit.log");
  for (const mode_t mode : {0620, 0602}) {
    ASSERT_EQ(chmod(path_.c_str(), mode), 0);
    EXPECT_THAT(std::string(TryOpen().status().message()),
                HasSubstr("may be written by its group"));
  }
  if (geteuid() == 0) {
    ASSERT_EQ(chmod(path_.c_str(), 0600), 0);
    ASSERT_EQ(chown(path_.c_str(), 4711, 4711), 0);
    EXPECT_THAT(std::string(TryOpen().status().message()), HasSubstr("belongs to another user"));
  }
}

TEST_F(LogTest, WhatIsNoFileOfItsOwnIsRefused) {
  std::filesystem::create_symlink(folder_.Touch("elsewhere"), path_);
  EXPECT_THAT(std::string(TryOpen().status().message()), HasSubstr("is a symbolic link"));
  std::filesystem::remove(path_);
  ASSERT_EQ(mkfifo(path_.c_str(), 0600), 0);
  EXPECT_THAT(std::string(TryOpen().status().message()), HasSubstr("is no regular file"));
  std::filesystem::remove(path_);
  std::filesystem::create_directory(path_);
  EXPECT_FALSE(TryOpen().ok());
  options_.path = folder_.File("missing/audit.log");
  EXPECT_TRUE(absl::IsNotFound(TryOpen().status()));
}

TEST_F(LogTest, AFullFileIsRenamedAndTheNextContinuesIt) {
  options_.max_bytes = 1500;
  {
    const auto log = Open();
    for (int i = 0; i < 20; ++i) ASSERT_TRUE(Append(*log, "alice").ok());
    EXPECT_GT(log->counters().rotations, 2u);
    EXPECT_EQ(log->counters().failed_rotations, 0u);
  }
  const std::vector<std::string> files = AllFiles();
  EXPECT_GT(files.size(), 3u);
  EXPECT_EQ(ProblemOf(files), "");
  for (const std::string& file : files) EXPECT_LT(file.size(), 2000u);
}

TEST_F(LogTest, ReopenRenamesTheFileThatStillStandsThere) {
  const auto log = Open();
  ASSERT_TRUE(Append(*log, "alice").ok());
  log->Reopen();
  ASSERT_TRUE(Append(*log, "bob").ok());
  EXPECT_TRUE(std::filesystem::exists(path_ + ".20260131T120000Z.2"));
  EXPECT_THAT(AllFiles(), SizeIs(2));
  EXPECT_EQ(ProblemOf(AllFiles()), "");
}

TEST_F(LogTest, ReopenLeavesAMovedFileToWhoMovedIt) {
  for (const bool made_anew : {false, true}) {
    const std::string moved = path_ + (made_anew ? ".1" : ".2");
    {
      const auto log = Open();
      ASSERT_TRUE(Append(*log, "alice").ok());
      std::filesystem::rename(path_, moved);
      if (made_anew) chmod(folder_.Touch("audit.log").c_str(), 0600);
      ASSERT_TRUE(Append(*log, "bob").ok());
      log->Reopen();
      ASSERT_TRUE(Append(*log, "carol").ok());
    }
    EXPECT_THAT(Lines(Content(moved)), SizeIs(made_anew ? 5 : 3));
    EXPECT_EQ(ProblemOf({Content(moved), Text()}), "");
  }
}

TEST_F(LogTest, AFileIsNeverRenamedOverAnother) {
  const std::string taken = path_ + ".20260131T120000Z.2";
  const auto log = Open();
  ASSERT_TRUE(Append(*log, "alice").ok());
  std::ofstream(taken) << "precious";
  log->Reopen();
  ASSERT_TRUE(Append(*log, "bob").ok());
  EXPECT_EQ(Content(taken), "precious");
  EXPECT_EQ(log->counters().failed_rotations, 1u);
  EXPECT_EQ(ProblemOf({Text()}), "");
}

TEST_F(LogTest, AFileThatStandsInTheNewOnesPlaceIsNotTouched) {
  const auto log = Open();
  ASSERT_TRUE(Append(*log, "alice").ok());
  std::filesystem::rename(path_, path_ + ".1");
  std::ofstream(path_) << "precious";
  log->Reopen();
  ASSERT_TRUE(Append(*log, "bob").ok()) << "the old one goes on";
  EXPECT_EQ(Text(), "precious");
  EXPECT_EQ(log->counters().failed_rotations, 1u);
  EXPECT_EQ(ProblemOf({Content(path_ + ".1")}), "");
}

TEST_F(LogTest, AMissingFileContinuesTheNewestRenamedOne) {
  WriteLog({"alice"});
  std::filesystem::copy_file(path_, path_ + ".1");
  WriteLog({"bob"});
  std::filesystem::rename(path_, path_ + "-20260131");
  std::ofstream(path_ + ".2") << "no log at all\n";
  WriteLog({"carol"});
  EXPECT_EQ(ProblemOf({Content(path_ + "-20260131"), Text()}), "");
}

TEST_F(LogTest, WhatWaitsIsWrittenBeforeTheLogEnds) {
  std::atomic<int> done = 0;
  {
    const auto log = Open();
    const Event event = TestEvent("alice");
    for (int i = 0; i < 1000; ++i) {
      log->Append({&event, 1}, [&](const absl::Status& status) { done += status.ok() ? 1 : 0; });
    }
  }
  EXPECT_EQ(done, 1000);
  EXPECT_EQ(Verified({Text()}).log().lines, 1001u);
}

TEST_F(LogTest, ManyThreadsAppendAndReopenAtOnce) {
  constexpr int kThreads = 4, kCalls = 500;
  {
    const auto log = Open();
    std::atomic<int> done = 0;
    std::vector<std::thread> threads;
    for (int thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&, thread] {
        const std::string user = "user-" + std::to_string(thread);
        for (int i = 0; i < kCalls; ++i) {
          const std::vector<Event> events = {TestEvent(user), TestEvent("second")};
          log->Append(events, [&](const absl::Status& status) { done += status.ok() ? 1 : 0; });
          if (i % 100 == 0) log->Reopen();
          log->counters();
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_TRUE(Append(*log, "last").ok());
    EXPECT_EQ(done, kThreads * kCalls);
  }
  EXPECT_EQ(ProblemOf(AllFiles()), "");
}

}  // namespace
}  // namespace keyward::audit
