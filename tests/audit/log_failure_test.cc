// What happens where the file cannot be written.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>

#include "server/errors/errors.h"
#include "tests/audit/log_fixture.h"

namespace keyward::audit {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

TEST_F(LogTest, ShortWritesAreCarriedOn) {
  system_.max_write = 7;
  WriteLog({"alice", "bob"});
  EXPECT_EQ(ProblemOf({Text()}), "");
  EXPECT_EQ(Verified({Text()}).log().lines, 3u);
}

TEST_F(LogTest, ACallThatCannotBeRecordedIsToldSo) {
  const auto log = Open();
  ASSERT_TRUE(Append(*log, "alice").ok());
  const std::string before = Text();
  system_.write_error = ENOSPC;
  for (const size_t room : {0, 1, 100, 400}) {
    system_.room_before_error = room;
    const absl::Status status = Append(*log, {TestEvent("bob"), TestEvent("carol")});
    EXPECT_EQ(errors::Reason(status), "AUDIT_UNAVAILABLE");
    EXPECT_TRUE(errors::RetryDelay(status));
    EXPECT_EQ(Text(), before) << "what came of it is cut off";
  }
  EXPECT_EQ(log->counters().lost_events, 8u);
  system_.write_error = 0;
  ASSERT_TRUE(Append(*log, "dora").ok());
  EXPECT_EQ(ProblemOf({Text()}), "");
  EXPECT_EQ(Verified({Text()}).log().lost_events, 8u);
  EXPECT_THAT(Text(), Not(HasSubstr("carol")));
}

TEST_F(LogTest, CallsMayGoOnAndAreCounted) {
  options_.allow_loss = true;
  const auto log = Open();
  system_.write_error = EIO;
  EXPECT_TRUE(Append(*log, "alice").ok());
  EXPECT_EQ(log->counters().lost_events, 1u);
  EXPECT_THAT(Lines(Text()), SizeIs(1));
}

TEST_F(LogTest, AFileThatCannotBeCutBackIsLeftAndTheNextContinuesIt) {
  const auto log = Open();
  ASSERT_TRUE(Append(*log, "alice").ok());
  system_.truncate_error = EIO;
  // A part of the first line; the whole of it, and a part of the second.
  const size_t line = Lines(Text())[1].size();
  for (const size_t room : {line / 2, line, line + 30, 2 * line - 1}) {
    system_.write_error = ENOSPC;
    system_.room_before_error = room;
    EXPECT_FALSE(Append(*log, {TestEvent("bob"), TestEvent("carol")}).ok());
    system_.write_error = 0;
    ASSERT_TRUE(Append(*log, "dora").ok()) << room;
    EXPECT_EQ(ProblemOf(AllFiles()), "") << room;
  }
  EXPECT_THAT(AllFiles(), SizeIs(5));
}

TEST_F(LogTest, SyncingComesBeforeTheAnswer) {
  options_.sync = true;
  const auto log = Open();
  const int before = system_.syncs;
  ASSERT_TRUE(Append(*log, "alice").ok());
  EXPECT_EQ(system_.syncs, before + 1);
}

TEST_F(LogTest, WithoutTheOptionNothingIsSynced) {
  WriteLog({"alice"});
  EXPECT_EQ(system_.syncs, 0);
}

TEST_F(LogTest, AfterAFailedSyncNothingIsAcknowledgedInThatFile) {
  options_.sync = true;
  for (const int truncate_error : {0, EIO}) {
    const auto log = Open();
    ASSERT_TRUE(Append(*log, "alice").ok());
    system_.truncate_error = truncate_error;
    system_.sync_error = EIO;
    EXPECT_FALSE(Append(*log, "bob").ok());
    const size_t files = AllFiles().size();
    system_.sync_error = 0;
    ASSERT_TRUE(Append(*log, "carol").ok());
    EXPECT_EQ(AllFiles().size(), files);
    EXPECT_THAT(Text(), Not(HasSubstr("alice")));
    EXPECT_THAT(Text(), HasSubstr("carol"));
    EXPECT_EQ(ProblemOf(AllFiles()), "");
    system_.truncate_error = 0;
  }
}

TEST_F(LogTest, ADiskThatGoesOnFailingLeavesNoHeapOfFiles) {
  options_.sync = true;
  const auto log = Open();
  ASSERT_TRUE(Append(*log, "alice").ok());
  system_.sync_error = EIO;
  for (int i = 0; i < 10; ++i) {
    system_.now_us += 1'000'000;
    EXPECT_FALSE(Append(*log, "bob").ok());
  }
  EXPECT_THAT(AllFiles(), SizeIs(2));
  system_.sync_error = 0;
  EXPECT_TRUE(Append(*log, "carol").ok());
  EXPECT_EQ(ProblemOf(AllFiles()), "");
}

TEST_F(LogTest, AFullDiskAtTheStartIsNoEndToTheLog) {
  WriteLog({"alice"});
  const std::string whole = Text() + "{\"seq\":3,";
  SetText(whole);
  system_.write_error = ENOSPC;
  const auto log = Open();
  EXPECT_FALSE(Append(*log, "bob").ok());
  EXPECT_EQ(Text(), whole);
  system_.write_error = 0;
  ASSERT_TRUE(Append(*log, "carol").ok());
  EXPECT_EQ(ProblemOf({Text()}), "");
  EXPECT_EQ(Verified({Text()}).log().torn_lines, 1u);
}

// The kernel's own refusal, in the middle of a line.
TEST_F(LogTest, AFileAtItsLimitRefusesAndGoesOnLater) {
  const auto log = Open();
  ASSERT_TRUE(Append(*log, "alice").ok());
  const std::string before = Text();
  rlimit old = {};
  getrlimit(RLIMIT_FSIZE, &old);
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit low = {before.size() + 100, old.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &low), 0);
  EXPECT_FALSE(Append(*log, "bob").ok());
  EXPECT_EQ(Text(), before);
  setrlimit(RLIMIT_FSIZE, &old);
  std::signal(SIGXFSZ, old_handler);
  ASSERT_TRUE(Append(*log, "carol").ok());
  EXPECT_EQ(ProblemOf({Text()}), "");
}

TEST_F(LogTest, WithoutDescriptorsTheOldFileGoesOn) {
  const auto log = Open();
  ASSERT_TRUE(Append(*log, "alice").ok());
  rlimit old = {};
  getrlimit(RLIMIT_NOFILE, &old);
  const rlimit none = {0, old.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  log->Reopen();
  const absl::Status status = Append(*log, "bob");
  setrlimit(RLIMIT_NOFILE, &old);
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(log->counters().failed_rotations, 1u);
  log->Reopen();
  ASSERT_TRUE(Append(*log, "carol").ok());
  EXPECT_EQ(log->counters().rotations, 1u);
  EXPECT_THAT(AllFiles(), SizeIs(2));
  EXPECT_EQ(ProblemOf(AllFiles()), "");
}

}  // namespace
}  // namespace keyward::audit
