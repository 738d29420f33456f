#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "tests/tls/identity_files_fixture.h"

namespace keyward::tls {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::IdentityFilesTest;
using testing::IdentityOnDisk;
using testing::TestAuthority;

// What each would do to the server's files, in words.
struct Damage {
  const char* name;
  void (*apply)(const IdentityOnDisk&, const TestAuthority&);
  const char* refusal;
};

class DamagedIdentityFilesTest : public IdentityFilesTest,
                                 public ::testing::WithParamInterface<Damage> {};

TEST_P(DamagedIdentityFilesTest, NeverReplacesAGoodIdentity) {
  const auto files = Opened();
  const auto before = files->current();
  GetParam().apply(disk_, authority_);
  for (int look = 0; look < 4; ++look) files->CheckNow();
  EXPECT_EQ(files->current(), before);
  EXPECT_EQ(files->reloads(), 0);
  EXPECT_EQ(files->refusals(), 1) << "once for a content, however often it is looked at";
  EXPECT_THAT(observer_.refused, ElementsAre(HasSubstr(GetParam().refusal)));
  disk_.Write("ca.pem", authority_.pem());
  disk_.WriteServer(Issue("mended"));
  files->CheckNow();
  EXPECT_EQ(files->info().subject, "CN=mended");
}

INSTANTIATE_TEST_SUITE_P(
    Damages, DamagedIdentityFilesTest,
    ::testing::Values(
        Damage{"Mismatched",
               [](const IdentityOnDisk& disk, const TestAuthority& authority) {
                 disk.Write("server.key", authority.Issue({.common_name = "other"}).key);
               },
               "is not the key of the certificate"},
        Damage{"Truncated",
               [](const IdentityOnDisk& disk, const TestAuthority& authority) {
                 disk.Write("server.pem",
                            authority.Issue({.common_name = "x"}).certificate.substr(0, 300));
               },
               "is cut short"},
        Damage{
            "Empty",
            [](const IdentityOnDisk& disk, const TestAuthority&) { disk.Write("server.pem", ""); },
            "is empty"},
        Damage{"Missing",
               [](const IdentityOnDisk& disk, const TestAuthority&) {
                 fs::remove(disk.Path("server.key"));
               },
               "No such file or directory"},
        Damage{"Expired",
               [](const IdentityOnDisk& disk, const TestAuthority& authority) {
                 disk.WriteServer(
                     authority.Issue({.common_name = "old", .until = -absl::Minutes(1)}));
               },
               "has expired at"},
        Damage{"NotYetValid",
               [](const IdentityOnDisk& disk, const TestAuthority& authority) {
                 disk.WriteServer(
                     authority.Issue({.common_name = "young", .from = absl::Minutes(30)}));
               },
               "is not valid before"},
        Damage{"NoAuthority",
               [](const IdentityOnDisk& disk, const TestAuthority& authority) {
                 disk.Write("ca.pem", authority.Issue({.common_name = "leaf"}).certificate);
               },
               "holds no certificate of an authority"}),
    [](const auto& damage) { return std::string(damage.param.name); });

}  // namespace
}  // namespace keyward::tls
