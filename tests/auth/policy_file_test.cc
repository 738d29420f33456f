#include "server/auth/policy_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <future>
#include <string>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "server/auth/policy_watcher.h"
#include "tests/testing/temporary_folder.h"

namespace keyward::auth {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// For a user of one letter, so that files of different policies have the same size.
std::string PolicyFor(char user) {
  return std::string("grants { principals: \"loopback\" permissions: ENCRYPT users: \"") + user +
         "\" }\n";
}

bool IsFor(const Policy& policy, std::string_view user) {
  return policy.AccessOf(Principal::Loopback()).Allows(Permission::kEncrypt, user);
}

class PolicyFileTest : public ::testing::Test {
 protected:
  void Write(const std::string& content, const std::string& name = "policy") const {
    std::ofstream(folder_.File(name), std::ios::binary | std::ios::trunc) << content;
  }
  void Rename(const std::string& from, const std::string& to) const {
    std::filesystem::rename(folder_.File(from), folder_.File(to));
  }
  std::string Error(const std::string& path) const {
    return std::string(PolicyFile::Open(path).status().message());
  }

  const testing::TemporaryFolder folder_;
  const std::string path_ = folder_.File("policy");
};

TEST_F(PolicyFileTest, HoldsThePolicyItWasOpenedWith) {
  Write(PolicyFor('a'));
  const auto file = PolicyFile::Open(path_);
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_TRUE(IsFor(file->first(), "a"));
  EXPECT_FALSE(IsFor(file->first(), "b"));
}

TEST_F(PolicyFileTest, AnErrorIsOneLineThatBeginsWithThePath) {
  EXPECT_THAT(Error(path_), AllOf(StartsWith(path_ + ": "), HasSubstr("No such file")));
  EXPECT_THAT(Error(folder_.path()),
              AllOf(StartsWith(folder_.path() + ": "), HasSubstr("regular")));
  Write("grants {\n  who: 1\n}\n");
  EXPECT_THAT(Error(path_), AllOf(StartsWith(path_ + ":2:3: "), HasSubstr("\"who\"")));
  Write(std::string(kMaxPolicyBytes + 1, '\n'));
  EXPECT_THAT(Error(path_), HasSubstr("over 4 MiB"));
  ASSERT_EQ(mkfifo(folder_.File("pipe").c_str(), 0600), 0);
  EXPECT_THAT(Error(folder_.File("pipe")), HasSubstr("regular"));
}

// Long after the last change a file is not read unless it looks different; no more is read of it
// then.
TEST_F(PolicyFileTest, NoticesAChangeOfAFileThatHasSettled) {
  Write(PolicyFor('a'));
  auto file = PolicyFile::Open(path_);
  ASSERT_TRUE(file.ok()) << file.status();
  const absl::Time later = absl::Now() + absl::Hours(1);
  EXPECT_FALSE(file->Look(later));
  Write(PolicyFor('b'), "new");
  Rename("new", "policy");
  const auto change = file->Look(later);
  ASSERT_TRUE(change && change->ok());
  EXPECT_TRUE(IsFor(**change, "b"));
  Write("grants {}");
  const auto broken = file->Look(later);
  ASSERT_TRUE(broken);
  EXPECT_FALSE(broken->ok());
}

// A watcher that looks when it is told to.
class PolicyWatcherTest : public PolicyFileTest {
 protected:
  PolicyWatcherTest() { Write(PolicyFor('a')); }

  PolicyWatcher Watcher() {
    return PolicyWatcher(*PolicyFile::Open(path_), absl::Hours(1),
                         [this](const absl::StatusOr<Policy>& change) {
                           if (change.ok()) {
                             policy_ = *change;
                           } else {
                             error_ = std::string(change.status().message());
                           }
                         });
  }

  // As of what was told last.
  Policy policy_ = Policy::WithoutFile();
  std::string error_;
};

TEST_F(PolicyWatcherTest, SaysNothingWhereNothingChanged) {
  PolicyWatcher watcher = Watcher();
  watcher.CheckNow();
  Write(PolicyFor('a'));
  watcher.CheckNow();
  EXPECT_EQ(watcher.versions(), 1U);
  EXPECT_EQ(watcher.refusals(), 0U);
}

TEST_F(PolicyWatcherTest, TakesWhatWasWrittenInPlaceAlsoOfTheSameSizeInTheSameMoment) {
  PolicyWatcher watcher = Watcher();
  // Several of them within one tick of the clock that stamps files.
  for (int i = 0; i < 200; ++i) {
    const std::string user = i % 2 == 0 ? "b" : "c";
    Write(PolicyFor(user[0]));
    watcher.CheckNow();
    ASSERT_TRUE(IsFor(policy_, user)) << i;
  }
  EXPECT_EQ(watcher.versions(), 201U);
}

TEST_F(PolicyWatcherTest, TakesWhatWasRenamedIntoPlace) {
  PolicyWatcher watcher = Watcher();
  Write(PolicyFor('b'), "new");
  Rename("new", "policy");
  watcher.CheckNow();
  EXPECT_TRUE(IsFor(policy_, "b"));
  EXPECT_EQ(watcher.versions(), 2U);
}

// Kubernetes mounts a file as policy -> ..data/policy, and swaps ..data -> ..FOLDER by a rename.
TEST_F(PolicyWatcherTest, FollowsSymbolicLinksThatAreSwapped) {
  namespace fs = std::filesystem;
  for (const auto* version : {"..1", "..2"}) fs::create_directory(folder_.File(version));
  Write(PolicyFor('b'), "..1/policy");
  Write(PolicyFor('c'), "..2/policy");
  fs::create_symlink("..1", folder_.File("..data"));
  fs::remove(path_);
  fs::create_symlink("..data/policy", path_);
  PolicyWatcher watcher = Watcher();
  fs::create_symlink("..2", folder_.File("..data_tmp"));
  Rename("..data_tmp", "..data");
  fs::remove_all(folder_.File("..1"));
  watcher.CheckNow();
  EXPECT_TRUE(IsFor(policy_, "c"));
  EXPECT_EQ(watcher.refusals(), 0U);
}

TEST_F(PolicyWatcherTest, RefusesABrokenFileOnceAndTakesTheNextGoodOne) {
  PolicyWatcher watcher = Watcher();
  Write("grants { principals: \"loopback\" permissions: ENCRYPT\n");
  watcher.CheckNow();
  EXPECT_THAT(error_, StartsWith(path_ + ":2:1: "));
  watcher.CheckNow();
  EXPECT_EQ(watcher.refusals(), 1U);
  EXPECT_EQ(watcher.versions(), 1U);
  Write(PolicyFor('b'));
  watcher.CheckNow();
  EXPECT_TRUE(IsFor(policy_, "b"));
  EXPECT_EQ(watcher.versions(), 2U);
}

TEST_F(PolicyWatcherTest, AFileThatWasEmptiedDeniesNobody) {
  PolicyWatcher watcher = Watcher();
  Write("");
  watcher.CheckNow();
  EXPECT_THAT(error_, HasSubstr("no grant"));
  EXPECT_EQ(watcher.versions(), 1U);
}

TEST_F(PolicyWatcherTest, AFileThatIsGoneIsToldOnceAndWhenItIsBackItIsRead) {
  PolicyWatcher watcher = Watcher();
  Rename("policy", "away");
  watcher.CheckNow();
  EXPECT_THAT(error_, HasSubstr("No such file"));
  watcher.CheckNow();
  EXPECT_EQ(watcher.refusals(), 1U);
  Rename("away", "policy");
  watcher.CheckNow();
  EXPECT_EQ(watcher.versions(), 1U);
  Rename("policy", "away");
  watcher.CheckNow();
  EXPECT_EQ(watcher.refusals(), 2U);
  Write(PolicyFor('b'));
  watcher.CheckNow();
  EXPECT_TRUE(IsFor(policy_, "b"));
}

TEST_F(PolicyWatcherTest, NoticesByItself) {
  std::promise<Policy> noticed;
  const PolicyWatcher watcher(*PolicyFile::Open(path_), absl::Milliseconds(1),
                              [&](const absl::StatusOr<Policy>& change) {
                                if (change.ok()) noticed.set_value(*change);
                              });
  Write(PolicyFor('b'), "new");
  Rename("new", "policy");
  EXPECT_TRUE(IsFor(noticed.get_future().get(), "b"));
}

}  // namespace
}  // namespace keyward::auth
