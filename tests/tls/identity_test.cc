#include "server/tls/identity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "tests/tls/test_authority.h"

namespace keyward::tls {
namespace {

using ::testing::AllOf;
using testing::CertificateRequest;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using testing::TestAuthority;
using testing::TestCertificate;
using testing::TestKey;

const IdentityPaths kPaths = {.tls_cert = "s.pem", .tls_key = "s.key", .tls_client_ca = "ca.pem"};
constexpr char kCert[] = "--tls_cert: s.pem: ";
constexpr char kKey[] = "--tls_key: s.key: ";
constexpr char kCa[] = "--tls_client_ca: ca.pem: ";

class IdentityTest : public ::testing::Test {
 protected:
  absl::StatusOr<IdentityInfo> Check(const std::string& chain, const std::string& key,
                                     const std::string& client_ca) const {
    Identity identity;
    identity.certificate_chain = chain;
    identity.private_key = crypto::SecretBytes::CopyOf(key);
    identity.client_ca = client_ca;
    return CheckIdentity(identity, kPaths, absl::Now());
  }
  absl::StatusOr<IdentityInfo> Check(const TestCertificate& server) const {
    return Check(server.certificate, server.key, authority_.pem());
  }
  // What is wrong with it, in words.
  template <typename... Texts>
  std::string Refusal(const Texts&... texts) const {
    const auto checked = Check(texts...);
    EXPECT_FALSE(checked.ok());
    const std::string message(checked.status().message());
    EXPECT_THAT(message, Not(HasSubstr("\n")));
    EXPECT_THAT(message, Not(HasSubstr("MII")));
    return message;
  }
  TestCertificate Issue(CertificateRequest request) const {
    if (request.common_name.empty()) request.common_name = "server";
    return authority_.Issue(request);
  }

  const TestAuthority authority_{"root"};
  const TestCertificate good_ = Issue({});
};

TEST_F(IdentityTest, AGoodOneSaysWhoItIs) {
  const auto info =
      Check(Issue({.common_name = "keyward",
                   .names = "DNS:keys.example,IP:10.0.0.1,IP:::1,URI:spiffe://example/keyward"}));
  ASSERT_TRUE(info.ok()) << info.status();
  EXPECT_EQ(info->subject, "CN=keyward");
  EXPECT_THAT(info->names, ElementsAre("dns:keys.example", "ip:10.0.0.1", "ip:::1",
                                       "uri:spiffe://example/keyward"));
  EXPECT_FALSE(info->serial.empty());
  EXPECT_LT(info->not_before, absl::Now());
  EXPECT_GT(info->not_after, absl::Now() + absl::Minutes(50));
  EXPECT_LT(info->not_after, absl::Now() + absl::Minutes(70));
}

TEST_F(IdentityTest, StrongKeysAreTaken) {
  for (const TestKey key :
       {TestKey::kP256, TestKey::kP384, TestKey::kP521, TestKey::kEd25519, TestKey::kRsa2048}) {
    const auto info = Check(Issue({.key = key}));
    EXPECT_TRUE(info.ok()) << info.status();
  }
}

TEST_F(IdentityTest, WeakKeysAndSignaturesAreRefused) {
  EXPECT_EQ(Refusal(Issue({.key = TestKey::kRsa1024})),
            std::string(kCert) + "certificate 1 has an RSA key of 1024 bits; 2048 are the least");
  EXPECT_THAT(Refusal(Issue({.key = TestKey::kP224})), StartsWith(kCert));
  EXPECT_EQ(Refusal(Issue({.sha1 = true})),
            std::string(kCert) + "certificate 1 is signed over MD5 or SHA-1");
}

TEST_F(IdentityTest, AKeyThatSignsNothingIsRefused) {
  EXPECT_EQ(Refusal(Issue({.key = TestKey::kX25519})),
            std::string(kCert) + "certificate 1 has a key that is not RSA, EC or Ed25519");
}

TEST_F(IdentityTest, ARootsOwnSignatureMayBeWeak) {
  const auto own = testing::SelfSigned({.common_name = "server", .sha1 = true});
  const auto info = Check(own);
  EXPECT_TRUE(info.ok()) << info.status();
}

TEST_F(IdentityTest, TimeHasNotComeOrIsOver) {
  EXPECT_THAT(Refusal(Issue({.until = -absl::Minutes(1)})),
              StartsWith(std::string(kCert) + "has expired at 20"));
  EXPECT_THAT(Refusal(Issue({.from = absl::Minutes(30)})),
              StartsWith(std::string(kCert) + "is not valid before 20"));
}

TEST_F(IdentityTest, ATimeThatIsNoneIsRefused) {
  EXPECT_EQ(Refusal(Issue({.until_text = "991332256161Z"})),
            std::string(kCert) + "certificate 1 is malformed");
}

TEST_F(IdentityTest, OnlyAServersCertificateWillDo) {
  EXPECT_TRUE(Check(Issue({.extended_key_usage = "serverAuth,clientAuth"})).ok());
  EXPECT_EQ(Refusal(Issue({.extended_key_usage = "clientAuth"})),
            std::string(kCert) + "is not for servers, by its key usage");
  EXPECT_EQ(Refusal(Issue({.key_usage = "keyCertSign"})),
            std::string(kCert) + "is not for servers, by its key usage");
}

TEST_F(IdentityTest, AChainIsInOrder) {
  const TestAuthority middle("middle", authority_);
  const TestCertificate leaf = middle.Issue({.common_name = "server"});
  const std::string& ca = authority_.pem();
  for (const std::string& chain :
       {leaf.certificate, leaf.certificate + middle.pem(), leaf.certificate + middle.pem() + ca}) {
    const auto info = Check(chain, leaf.key, ca);
    EXPECT_TRUE(info.ok()) << info.status();
  }
  EXPECT_EQ(Refusal(leaf.certificate + ca, leaf.key, ca),
            std::string(kCert) + "certificate 1 is not issued by the next, 2");
  EXPECT_EQ(Refusal(leaf.certificate + middle.pem() + middle.pem(), leaf.key, ca),
            std::string(kCert) + "certificate 2 is not issued by the next, 3");
  EXPECT_THAT(Refusal(middle.pem() + leaf.certificate, leaf.key, ca), StartsWith(kCert));
}

TEST_F(IdentityTest, AnotherWithTheSameNameDidNotIssueIt) {
  const TestAuthority namesake("root");
  EXPECT_EQ(Refusal(good_.certificate + namesake.pem(), good_.key, authority_.pem()),
            std::string(kCert) + "certificate 1 is not issued by the next, 2");
}

TEST_F(IdentityTest, TheKeyIsTheCertificates) {
  EXPECT_EQ(Refusal(good_.certificate, Issue({}).key, authority_.pem()),
            std::string(kKey) + "is not the key of the certificate");
  EXPECT_EQ(Refusal(good_.certificate, Issue({.key = TestKey::kRsa2048}).key, authority_.pem()),
            std::string(kKey) + "is not the key of the certificate");
  EXPECT_EQ(Refusal(good_.certificate, good_.certificate, authority_.pem()),
            std::string(kKey) + "holds no private key");
  EXPECT_EQ(Refusal(good_.certificate, testing::EncryptedKey(good_.key), authority_.pem()),
            std::string(kKey) + "is encrypted with a passphrase");
}

TEST_F(IdentityTest, CertificateAndKeyMayShareAFile) {
  const std::string both = good_.key + good_.certificate;
  EXPECT_TRUE(Check(both, both, authority_.pem()).ok());
}

TEST_F(IdentityTest, TheClientCaIsAnAuthorityThatLasts) {
  EXPECT_EQ(Refusal(good_.certificate, good_.key, good_.certificate),
            std::string(kCa) + "holds no certificate of an authority (CA:TRUE)");
  const TestAuthority old("old", -absl::Minutes(1));
  EXPECT_EQ(Refusal(good_.certificate, good_.key, old.pem()),
            std::string(kCa) + "every authority in it has expired");
  EXPECT_TRUE(Check(good_.certificate, good_.key, old.pem() + authority_.pem()).ok());
}

TEST_F(IdentityTest, ATextCutAnywhereIsRefused) {
  const TestAuthority middle("middle", authority_);
  const TestCertificate leaf = middle.Issue({.common_name = "server"});
  const std::string chain = leaf.certificate + middle.pem();
  // A chain that is cut between two certificates is a shorter chain.
  for (size_t size = 0; size + 1 < chain.size(); ++size) {
    if (size == leaf.certificate.size() || size + 1 == leaf.certificate.size()) continue;
    EXPECT_FALSE(Check(chain.substr(0, size), leaf.key, authority_.pem()).ok()) << size;
  }
  for (size_t size = 0; size + 1 < leaf.key.size(); ++size) {
    EXPECT_FALSE(Check(chain, leaf.key.substr(0, size), authority_.pem()).ok()) << size;
    EXPECT_FALSE(Check(chain, leaf.key, authority_.pem().substr(0, size)).ok()) << size;
  }
}

TEST_F(IdentityTest, WhatIsNoPemIsNamed) {
  EXPECT_EQ(Refusal(std::string("hello"), good_.key, authority_.pem()),
            std::string(kCert) + "is not PEM");
  EXPECT_EQ(Refusal(good_.certificate, std::string(), authority_.pem()),
            std::string(kKey) + "is not PEM");
  EXPECT_EQ(Refusal(good_.certificate, good_.key, good_.key),
            std::string(kCa) + "holds no certificate");
  EXPECT_EQ(Refusal(good_.certificate + '\0', good_.key, authority_.pem()),
            std::string(kCert) + "holds a NUL byte");
}

TEST_F(IdentityTest, AChangedByteIsNoticed) {
  std::string broken = good_.certificate;
  broken[100] = broken[100] == 'A' ? 'B' : 'A';
  EXPECT_FALSE(Check(broken, good_.key, authority_.pem()).ok());
  broken[100] = '!';
  EXPECT_EQ(Refusal(broken, good_.key, authority_.pem()),
            std::string(kCert) + "certificate 1 is malformed");
}

}  // namespace
}  // namespace keyward::tls
