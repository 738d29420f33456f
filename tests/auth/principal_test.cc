#include "server/auth/principal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "server/auth/spiffe_id.h"
#include "server/errors/errors.h"

namespace keyward::auth {
namespace {

using ::testing::HasSubstr;

std::string Named(const CertificateNames& names) {
  const auto principal = Principal::OfCertificate(names);
  return principal.ok() ? principal->text() : "refused";
}

TEST(PrincipalTest, ACertificateIsKnownByItsStrongestName) {
  EXPECT_EQ(Named({{"spiffe://example.org/billing"}, {"billing.example.org"}, {"billing"}}),
            "spiffe://example.org/billing");
  EXPECT_EQ(Named({{}, {"Billing.Example.ORG", "other.example.org"}, {"billing"}}),
            "dns:billing.example.org");
  EXPECT_EQ(Named({{}, {}, {"Billing Service"}}), "cn:Billing Service");
}

TEST(PrincipalTest, NoKindCanPoseAsAnother) {
  EXPECT_EQ(Named({{}, {"spiffe://example.org/x"}, {}}), "dns:spiffe://example.org/x");
  EXPECT_EQ(Named({{}, {}, {"spiffe://example.org/x"}}), "cn:spiffe://example.org/x");
  EXPECT_EQ(Named({{}, {}, {"loopback"}}), "cn:loopback");
  EXPECT_EQ(Named({{}, {}, {"dns:a.example.org"}}), "cn:dns:a.example.org");
  EXPECT_EQ(Named({{}, {"anonymous"}, {}}), "dns:anonymous");
  EXPECT_EQ(Named({{"unix:/run/keyward.sock"}, {}, {}}), "refused");
}

TEST(PrincipalTest, AWeakerNameNeverStandsInForAWrongStrongerOne) {
  EXPECT_EQ(Named({{"spiffe://a/b", "spiffe://a/c"}, {"a.example.org"}, {"a"}}), "refused");
  EXPECT_EQ(Named({{"spiffe://a/b", "spiffe://a/b"}, {}, {}}), "refused");
  EXPECT_EQ(Named({{"spiffe://a/b", "https://a.example.org"}, {}, {}}), "refused");
  EXPECT_EQ(Named({{"https://a.example.org"}, {"a.example.org"}, {"a"}}), "refused");
  EXPECT_EQ(Named({{""}, {"a.example.org"}, {"a"}}), "refused");
  EXPECT_EQ(Named({{}, {""}, {"a"}}), "refused");
  EXPECT_EQ(Named({{}, {std::string("a\0.example.org", 14)}, {"a"}}), "refused");
  EXPECT_EQ(Named({{}, {}, {"a", "b"}}), "refused");
}

TEST(PrincipalTest, NamesThatCannotBeToldOrWrittenDownAreRefused) {
  EXPECT_EQ(Named({}), "refused");
  for (const std::string& name :
       {std::string(), std::string("a\0b", 3), std::string("a\nb"), std::string("a\x7f"),
        std::string("a\xff"), std::string("\xC3"), std::string(513, 'a')}) {
    EXPECT_EQ(Named({{}, {name}, {}}), "refused") << name;
    EXPECT_EQ(Named({{}, {}, {name}}), "refused") << name;
  }
  EXPECT_EQ(Named({{}, {std::string(512, 'a')}, {}}), "dns:" + std::string(512, 'a'));
  EXPECT_EQ(Named({{}, {}, {"Jörg"}}), "cn:Jörg");
}

TEST(PrincipalTest, ARefusalIsUnauthenticatedAndRepeatsNothing) {
  const auto refused = Principal::OfCertificate({{"https://secret.example.org"}, {}, {}});
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(errors::Reason(refused.status()), "UNAUTHENTICATED");
  EXPECT_THAT(std::string(refused.status().message()), ::testing::Not(HasSubstr("secret")));
}

TEST(PrincipalTest, ListenersHavePrincipalsOfTheirOwn) {
  EXPECT_EQ(Principal::Loopback().text(), "loopback");
  EXPECT_EQ(Principal::Anonymous().text(), "anonymous");
  EXPECT_EQ(Principal::OfUnixSocket("/run/keyward.sock").text(), "unix:/run/keyward.sock");
}

TEST(PrincipalTest, ParseTakesWhatAPrincipalCanBe) {
  for (const auto* text : {"spiffe://example.org/a", "dns:a.example.org", "cn:A B", "unix:/run/a",
                           "loopback", "anonymous"}) {
    const auto parsed = Principal::Parse(text);
    ASSERT_TRUE(parsed.ok()) << text;
    EXPECT_EQ(parsed->text(), text);
  }
  for (const auto* text : {"", "alice", "dns:", "dns:A.example.org", "cn:", "unix:", "cn:a\nb",
                           "loopback ", "LOOPBACK", "spiffe://example.org", "http://a/b"}) {
    EXPECT_FALSE(Principal::Parse(text).ok()) << text;
  }
}

TEST(SpiffeIdTest, TakesWorkloadsAsTheStandardWritesThem) {
  for (const auto* id :
       {"spiffe://example.org/billing", "spiffe://a/b/c/d", "spiffe://a.b-c_1/A.b-c_2",
        "spiffe://a/...", "spiffe://10.0.0.1/x", "spiffe://-/-"}) {
    EXPECT_TRUE(IsWorkloadSpiffeId(id)) << id;
  }
  EXPECT_TRUE(IsWorkloadSpiffeId("spiffe://" + std::string(255, 'a') + "/b"));
  EXPECT_TRUE(IsWorkloadSpiffeId("spiffe://a/" + std::string(2048 - 11, 'b')));
}

TEST(SpiffeIdTest, RefusesEverythingElse) {
  for (const auto* id : {"",
                         "spiffe:",
                         "spiffe://",
                         "spiffe:///a",
                         "spiffe://a",
                         "spiffe://a/",
                         "spiffe://a//b",
                         "spiffe://a/b/",
                         "spiffe://a/.",
                         "spiffe://a/../b",
                         "spiffe://a/b/./c",
                         "spiffe://a:80/b",
                         "spiffe://u@a/b",
                         "spiffe://a/b?c",
                         "spiffe://a/b#c",
                         "spiffe://a/b%20c",
                         "spiffe://a/b c",
                         "spiffe://A/b",
                         "SPIFFE://a/b",
                         "Spiffe://a/b",
                         "https://a/b",
                         " spiffe://a/b",
                         "spiffe://a/b\n",
                         "spiffe://a/\xC3\xB6",
                         "spiffe://\xC3\xB6/a",
                         "spiffe://a/*"}) {
    EXPECT_FALSE(IsWorkloadSpiffeId(id)) << id;
  }
  EXPECT_FALSE(IsWorkloadSpiffeId(std::string_view("spiffe://a/b\0c", 14)));
  EXPECT_FALSE(IsWorkloadSpiffeId("spiffe://" + std::string(256, 'a') + "/b"));
  EXPECT_FALSE(IsWorkloadSpiffeId("spiffe://a/" + std::string(2048 - 10, 'b')));
}

}  // namespace
}  // namespace keyward::auth
