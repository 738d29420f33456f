#ifndef KEYWARD_TESTS_TLS_IDENTITY_FILES_FIXTURE_H_
#define KEYWARD_TESTS_TLS_IDENTITY_FILES_FIXTURE_H_

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "absl/time/clock.h"
#include "server/tls/identity_files.h"
#include "tests/tls/identity_on_disk.h"
#include "tests/tls/test_authority.h"

namespace keyward::testing {

// A good identity on disk, and a clock that the test moves.
class IdentityFilesTest : public ::testing::Test {
 protected:
  IdentityFilesTest() {
    disk_.Write("ca.pem", authority_.pem());
    disk_.WriteServer(Issue("first"));
  }

  TestCertificate Issue(const std::string& name) const {
    return authority_.Issue({.common_name = name, .until = absl::Hours(24 * 90)});
  }
  absl::StatusOr<std::unique_ptr<tls::IdentityFiles>> Open(
      absl::Duration look_every = absl::InfiniteDuration()) {
    return tls::IdentityFiles::Open(
        {disk_.paths(), look_every}, [this] { return now_; }, observer_);
  }
  std::unique_ptr<tls::IdentityFiles> Opened() {
    auto files = Open();
    EXPECT_TRUE(files.ok()) << files.status();
    return *std::move(files);
  }
  std::string OpenError() {
    const auto files = Open();
    EXPECT_FALSE(files.ok());
    return std::string(files.status().message());
  }

  const TestAuthority authority_{"root", absl::Hours(24 * 365)};
  const IdentityOnDisk disk_;
  RecordingObserver observer_;
  absl::Time now_ = absl::Now();
};

}  // namespace keyward::testing

#endif  // KEYWARD_TESTS_TLS_IDENTITY_FILES_FIXTURE_H_
