#include "server/tls/identity_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <future>
#include <string>

#include "absl/time/clock.h"
#include "tests/tls/identity_files_fixture.h"
#include "tests/tls/test_authority.h"

namespace keyward::tls {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::IdentityFilesTest;
using ::testing::IsEmpty;
using testing::RecordingObserver;
using ::testing::SizeIs;
using testing::TestAuthority;
using testing::TestCertificate;

TEST_F(IdentityFilesTest, WhatTheFilesHoldIsServed) {
  const auto files = Opened();
  EXPECT_EQ(files->info().subject, "CN=first");
  EXPECT_EQ(files->current()->client_ca, authority_.pem());
  EXPECT_EQ(files->reloads(), 0);
  EXPECT_EQ(files->refusals(), 0);
  EXPECT_THAT(observer_.reloaded, IsEmpty());
}

TEST_F(IdentityFilesTest, NothingIsOpenedWithoutAGoodIdentity) {
  disk_.Write("server.key", Issue("other").key);
  EXPECT_EQ(OpenError(),
            "--tls_key: " + disk_.Path("server.key") + ": is not the key of the certificate");
  disk_.WriteServer(authority_.Issue({.common_name = "old", .until = -absl::Minutes(1)}));
  EXPECT_THAT(OpenError(), HasSubstr("has expired at"));
}

TEST_F(IdentityFilesTest, AFileThatCannotBeReadIsNamed) {
  disk_.Write("server.key", "");
  EXPECT_EQ(OpenError(), "--tls_key: " + disk_.Path("server.key") + ": is empty");
  fs::remove(disk_.Path("ca.pem"));
  EXPECT_EQ(OpenError(),
            "--tls_client_ca: " + disk_.Path("ca.pem") + ": No such file or directory");
  fs::create_directory(disk_.Path("ca.pem"));
  EXPECT_EQ(OpenError(), "--tls_client_ca: " + disk_.Path("ca.pem") + ": is not a regular file");
  disk_.Write("server.pem", std::string(1024 * 1024 + 1, 'x'));
  EXPECT_EQ(OpenError(), "--tls_cert: " + disk_.Path("server.pem") + ": is larger than 1 MiB");
  fs::remove(disk_.Path("server.pem"));
  ASSERT_EQ(mkfifo(disk_.Path("server.pem").c_str(), 0600), 0);
  EXPECT_EQ(OpenError(), "--tls_cert: " + disk_.Path("server.pem") + ": is not a regular file");
}

TEST_F(IdentityFilesTest, ARewriteInPlaceIsTakenUp) {
  const auto files = Opened();
  disk_.WriteServer(Issue("second"));
  files->CheckNow();
  EXPECT_EQ(files->info().subject, "CN=second");
  EXPECT_EQ(files->reloads(), 1);
  EXPECT_THAT(observer_.reloaded, ElementsAre("CN=second"));
}

TEST_F(IdentityFilesTest, ARenameIsTakenUp) {
  const auto files = Opened();
  const TestCertificate second = Issue("second");
  disk_.Write("new.pem", second.certificate);
  disk_.Write("new.key", second.key);
  fs::rename(disk_.Path("new.pem"), disk_.Path("server.pem"));
  fs::rename(disk_.Path("new.key"), disk_.Path("server.key"));
  files->CheckNow();
  EXPECT_EQ(files->info().subject, "CN=second");
}

// Kubernetes mounts server.pem -> ..data/server.pem, and moves ..data to another folder.
TEST_F(IdentityFilesTest, AMovedSymlinkIsTakenUp) {
  for (const std::string folder : {"..1", "..2"}) fs::create_directory(disk_.Path(folder));
  const TestCertificate second = Issue("second");
  disk_.Write("..2/server.pem", second.certificate);
  disk_.Write("..2/server.key", second.key);
  fs::create_symlink("..1", disk_.Path("..data"));
  for (const std::string name : {"server.pem", "server.key"}) {
    fs::rename(disk_.Path(name), disk_.Path("..1/" + name));
    fs::create_symlink("..data/" + name, disk_.Path(name));
  }
  const auto files = Opened();
  EXPECT_EQ(files->info().subject, "CN=first");
  fs::create_symlink("..2", disk_.Path("..new"));
  fs::rename(disk_.Path("..new"), disk_.Path("..data"));
  files->CheckNow();
  EXPECT_EQ(files->info().subject, "CN=second");
}

TEST_F(IdentityFilesTest, SizeAndTimesMayStayTheSame) {
  const auto files = Opened();
  const auto written = fs::last_write_time(disk_.Path("ca.pem"));
  TestAuthority other("root");
  while (other.pem().size() != authority_.pem().size()) other = TestAuthority("root");
  disk_.Write("ca.pem", other.pem());
  fs::last_write_time(disk_.Path("ca.pem"), written);
  files->CheckNow();
  EXPECT_EQ(files->current()->client_ca, other.pem());
}

TEST_F(IdentityFilesTest, ANewClientCaAloneIsAReload) {
  const auto files = Opened();
  const TestAuthority other("other");
  disk_.Write("ca.pem", authority_.pem() + other.pem());
  files->CheckNow();
  EXPECT_EQ(files->reloads(), 1);
  EXPECT_EQ(files->current()->client_ca, authority_.pem() + other.pem());
}

TEST_F(IdentityFilesTest, WhatDidNotChangeIsNoNews) {
  const auto files = Opened();
  const auto before = files->current();
  fs::last_write_time(disk_.Path("server.pem"), fs::file_time_type::clock::now());
  files->CheckNow();
  EXPECT_EQ(files->current(), before);
  EXPECT_EQ(files->reloads(), 0);
  EXPECT_THAT(observer_.reloaded, IsEmpty());
}

TEST_F(IdentityFilesTest, HalfOfAPairAlarmsNobodyWhileTheOtherIsOnItsWay) {
  const auto files = Opened();
  const TestCertificate second = Issue("second");
  disk_.Write("server.pem", second.certificate);
  files->CheckNow();
  EXPECT_EQ(files->info().subject, "CN=first");
  disk_.Write("server.key", second.key);
  files->CheckNow();
  EXPECT_EQ(files->info().subject, "CN=second");
  EXPECT_THAT(observer_.refused, IsEmpty());
  EXPECT_EQ(files->refusals(), 0);
}

TEST_F(IdentityFilesTest, EachBrokenContentIsReported) {
  const auto files = Opened();
  for (const std::string name : {"a", "b", "a"}) {
    disk_.Write("server.key", name);
    files->CheckNow();
    files->CheckNow();
  }
  EXPECT_THAT(observer_.refused, SizeIs(3));
  EXPECT_EQ(files->refusals(), 3);
}

TEST_F(IdentityFilesTest, AnEarlyCertificateIsTakenUpWhenItsTimeComes) {
  const auto files = Opened();
  disk_.WriteServer(authority_.Issue({.common_name = "young", .from = absl::Minutes(30)}));
  files->CheckNow();
  EXPECT_EQ(files->info().subject, "CN=first");
  now_ += absl::Minutes(31);
  files->CheckNow();
  EXPECT_EQ(files->info().subject, "CN=young");
}

TEST_F(IdentityFilesTest, TheEndIsWarnedOfAtEachStepOnce) {
  const auto files = Opened();
  const absl::Time end = files->info().not_after;
  for (const absl::Duration left :
       {absl::Hours(24 * 31), absl::Hours(24 * 29), absl::Hours(24 * 28), absl::Hours(24 * 6),
        absl::Hours(24 * 5), absl::Hours(23), absl::Hours(1), -absl::Minutes(1), -absl::Hours(1)}) {
    now_ = end - left;
    files->CheckNow();
  }
  EXPECT_THAT(observer_.expiring, ElementsAre(absl::Hours(24 * 29), absl::Hours(24 * 6),
                                              absl::Hours(23), -absl::Minutes(1)));
  EXPECT_EQ(files->info().subject, "CN=first") << "a better one has not come";
}

TEST_F(IdentityFilesTest, ARenewedCertificateIsWarnedOfAnew) {
  now_ += absl::Hours(24 * 85);
  const auto files = Opened();
  EXPECT_THAT(observer_.expiring, SizeIs(1)) << "at the start, too";
  disk_.WriteServer(authority_.Issue({.common_name = "second", .until = absl::Hours(24 * 86)}));
  files->CheckNow();
  EXPECT_THAT(observer_.expiring, SizeIs(2));
}

TEST_F(IdentityFilesTest, AShortLifeIsNotAlwaysNearItsEnd) {
  disk_.WriteServer(authority_.Issue({.common_name = "brief"}));  // two hours
  const auto files = Opened();
  EXPECT_THAT(observer_.expiring, IsEmpty());
  now_ = files->info().not_after + absl::Seconds(1);
  files->CheckNow();
  EXPECT_THAT(observer_.expiring, SizeIs(1));
}

TEST_F(IdentityFilesTest, AKeyThatOthersMayReadIsTakenWithAWarning) {
  ASSERT_EQ(chmod(disk_.Path("server.key").c_str(), 0644), 0);
  const auto files = Opened();
  EXPECT_THAT(observer_.readable, ElementsAre(disk_.Path("server.key")));
  disk_.WriteServer(Issue("second"));
  ASSERT_EQ(chmod(disk_.Path("server.key").c_str(), 0640), 0);
  files->CheckNow();
  EXPECT_THAT(observer_.readable, SizeIs(1));
}

TEST_F(IdentityFilesTest, EachReaderGetsEachIdentityOnce) {
  const auto files = Opened();
  IdentityReader& one = files->NewReader();
  IdentityReader& two = files->NewReader();
  EXPECT_EQ(one.TakeNew(), files->current());
  EXPECT_EQ(one.TakeNew(), nullptr);
  disk_.WriteServer(Issue("second"));
  files->CheckNow();
  EXPECT_EQ(one.TakeNew(), files->current());
  EXPECT_EQ(two.TakeNew(), files->current());
  EXPECT_EQ(two.TakeNew(), nullptr);
}

// Says when a reload was seen.
class WaitingObserver : public RecordingObserver {
 public:
  void OnReloaded(const IdentityInfo& info) override { seen.set_value(info.subject); }
  std::promise<std::string> seen;
};

TEST_F(IdentityFilesTest, ItsThreadLooksByItself) {
  WaitingObserver observer;
  const auto files = IdentityFiles::Open(
      {disk_.paths(), absl::Milliseconds(1)}, [] { return absl::Now(); }, observer);
  ASSERT_TRUE(files.ok()) << files.status();
  disk_.WriteServer(Issue("second"));
  EXPECT_EQ(observer.seen.get_future().get(), "CN=second");
}

TEST_F(IdentityFilesTest, ItEndsWithoutWaitingForItsNextLook) {
  auto files = Open(absl::Hours(24));
  ASSERT_TRUE(files.ok()) << files.status();
  files->reset();
}

}  // namespace
}  // namespace keyward::tls
