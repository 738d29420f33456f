#include <openssl/pem.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "tests/client/cli_fixture.h"

namespace keyward::client {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::string Read(const std::string& path) {
  std::stringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

// One of the certificates that were written, as OpenSSL reads it.
class WrittenCertificate {
 public:
  explicit WrittenCertificate(const std::string& path) : certificate_(nullptr, X509_free) {
    const std::unique_ptr<BIO, decltype(&BIO_free)> file(BIO_new_file(path.c_str(), "r"), BIO_free);
    if (file != nullptr) {
      certificate_.reset(PEM_read_bio_X509(file.get(), nullptr, nullptr, nullptr));
    }
    EXPECT_NE(certificate_, nullptr) << path;
  }

  X509* get() const { return certificate_.get(); }

  bool HasHost(const std::string& host) const {
    return X509_check_host(get(), host.data(), host.size(), X509_CHECK_FLAG_NEVER_CHECK_SUBJECT,
                           nullptr) == 1 ||
           X509_check_ip_asc(get(), host.c_str(), 0) == 1;
  }
  std::vector<std::string> Uris() const {
    std::vector<std::string> uris;
    auto* names = static_cast<GENERAL_NAMES*>(
        X509_get_ext_d2i(get(), NID_subject_alt_name, nullptr, nullptr));
    for (int i = 0; i < sk_GENERAL_NAME_num(names); ++i) {
      const GENERAL_NAME* name = sk_GENERAL_NAME_value(names, i);
      if (name->type != GEN_URI) continue;
      const ASN1_STRING* text = name->d.uniformResourceIdentifier;
      uris.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
                        static_cast<std::size_t>(ASN1_STRING_length(text)));
    }
    GENERAL_NAMES_free(names);
    return uris;
  }
  // Whether `ca` vouches for it as a TLS server or client (X509_PURPOSE_…), now or in some days.
  bool IsGoodFor(int purpose, const WrittenCertificate& ca, int days = 0) const {
    const std::unique_ptr<X509_STORE, decltype(&X509_STORE_free)> store(X509_STORE_new(),
                                                                        X509_STORE_free);
    X509_STORE_add_cert(store.get(), ca.get());
    const std::unique_ptr<X509_STORE_CTX, decltype(&X509_STORE_CTX_free)> context(
        X509_STORE_CTX_new(), X509_STORE_CTX_free);
    X509_STORE_CTX_init(context.get(), store.get(), get(), nullptr);
    X509_STORE_CTX_set_purpose(context.get(), purpose);
    X509_STORE_CTX_set_flags(context.get(), X509_V_FLAG_X509_STRICT);
    X509_STORE_CTX_set_time(context.get(), 0, time(nullptr) + days * 86400);
    return X509_verify_cert(context.get()) == 1;
  }

 private:
  std::unique_ptr<X509, decltype(&X509_free)> certificate_;
};

class CertsTrialTest : public CliTest {
 protected:
  ProgramResult Trial(std::vector<std::string> options) const {
    options.insert(options.begin(), {"certs", "trial"});
    return Keyward(options);
  }
  std::string Path(const std::string& name) const { return directory_ + "/" + name; }
  WrittenCertificate Certificate(const std::string& name) const {
    return WrittenCertificate(Path(name));
  }
  void ExpectNothingWritten(const std::vector<std::string>& options, const std::string& why) const {
    EXPECT_THAT(Trial(options), Ends(2, "", AllOf(StartsWith("keyward: USAGE: "), HasSubstr(why))));
    EXPECT_FALSE(std::filesystem::exists(Path("ca.pem")));
  }

  // A shell would split it.
  const std::string directory_ = folder_.Path("it's a trial");
};

TEST_F(CertsTrialTest, TheCertificatesServeTheirPurposeAndNoOther) {
  ASSERT_EQ(Trial({directory_}).exit_status, 0);
  const WrittenCertificate ca = Certificate("ca.pem");
  const WrittenCertificate server = Certificate("server.pem");
  const WrittenCertificate client = Certificate("client.pem");
  EXPECT_TRUE(server.IsGoodFor(X509_PURPOSE_SSL_SERVER, ca));
  EXPECT_FALSE(server.IsGoodFor(X509_PURPOSE_SSL_CLIENT, ca));
  EXPECT_TRUE(client.IsGoodFor(X509_PURPOSE_SSL_CLIENT, ca));
  EXPECT_FALSE(client.IsGoodFor(X509_PURPOSE_SSL_SERVER, ca));
  EXPECT_TRUE(server.IsGoodFor(X509_PURPOSE_SSL_SERVER, ca, 29));
  EXPECT_FALSE(server.IsGoodFor(X509_PURPOSE_SSL_SERVER, ca, 31));
  for (const std::string host : {"localhost", "127.0.0.1", "::1"}) {
    EXPECT_TRUE(server.HasHost(host)) << host;
  }
  EXPECT_FALSE(server.HasHost("example.com"));
  EXPECT_TRUE(client.HasHost("client"));
}

TEST_F(CertsTrialTest, HostsClientsSpiffeIdsAndDaysAreAsTold) {
  ASSERT_EQ(
      Trial({directory_, "--host", "keys.internal", "--host", "10.1.2.3", "--client", "billing",
             "--client", "orders", "--spiffe", "spiffe://example.org/ns/mail", "--days", "3"})
          .exit_status,
      0);
  const WrittenCertificate ca = Certificate("ca.pem");
  EXPECT_TRUE(Certificate("server.pem").HasHost("keys.internal"));
  EXPECT_TRUE(Certificate("server.pem").HasHost("10.1.2.3"));
  EXPECT_TRUE(Certificate("billing.pem").HasHost("billing"));
  EXPECT_TRUE(Certificate("orders.pem").HasHost("orders"));
  EXPECT_EQ(Certificate("mail.pem").Uris(),
            std::vector<std::string>{"spiffe://example.org/ns/mail"});
  EXPECT_TRUE(Certificate("mail.pem").IsGoodFor(X509_PURPOSE_SSL_CLIENT, ca, 2));
  EXPECT_FALSE(Certificate("mail.pem").IsGoodFor(X509_PURPOSE_SSL_CLIENT, ca, 4));
  EXPECT_FALSE(std::filesystem::exists(Path("client.pem")));
}

TEST_F(CertsTrialTest, OnlyTheOwnerReadsTheKeysAndTheAuthoritysIsNotKept) {
  ASSERT_EQ(Trial({directory_}).exit_status, 0);
  int keys = 0;
  for (const auto& file : std::filesystem::directory_iterator(directory_)) {
    if (Read(file.path()).find("PRIVATE KEY") == std::string::npos) continue;
    ++keys;
    struct stat status;
    ASSERT_EQ(stat(file.path().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600u) << file.path();
  }
  EXPECT_EQ(keys, 2) << "the server's and the client's";
}

TEST_F(CertsTrialTest, WhatItPrintsConnects) {
  const ProgramResult made = Trial({directory_});
  ASSERT_EQ(made.exit_status, 0) << made.error;
  EXPECT_THAT(made.output, HasSubstr("--tls_cert="));
  grpc::SslServerCredentialsOptions options(
      GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  options.pem_root_certs = Read(Path("ca.pem"));
  options.pem_key_cert_pairs = {{Read(Path("server.key")), Read(Path("server.pem"))}};
  const FakeServer server("127.0.0.1:0", grpc::SslServerCredentials(options));
  const std::string command = made.output.substr(made.output.rfind("  keyward "));
  const std::string programs = std::filesystem::path(KEYWARD_CLI).parent_path();
  EXPECT_THAT(RunProgram({"sh", "-c", "PATH=\"$0:$PATH\"; " + command, programs}, "",
                         {"KEYWARD_ADDRESS=" + server.address()}),
              Ends(0, HasSubstr("version: 9.8.7"), ""));
}

TEST_F(CertsTrialTest, InJsonTheSameIsToldToPrograms) {
  EXPECT_THAT(Trial({folder_.Path("t"), "--json"}),
              Ends(0,
                   AllOf(StartsWith("{\"folder\":\"" + folder_.Path("t") +
                                    "\",\"files\":\"ca.pem server.pem server.key client.pem "
                                    "client.key\",\"server_flags\":\"--tls_cert="),
                         HasSubstr("\"client_command\":\"keyward --tls_ca ")),
                   ""));
}

TEST_F(CertsTrialTest, NothingIsOverwritten) {
  std::filesystem::create_directory(directory_);
  std::ofstream(Path("client.key")) << "precious";
  ExpectNothingWritten({directory_}, "client.key is there already");
  EXPECT_EQ(Read(Path("client.key")), "precious");
}

TEST_F(CertsTrialTest, ADanglingSymlinkIsNotFollowed) {
  std::filesystem::create_directory(directory_);
  std::filesystem::create_symlink(folder_.Path("elsewhere"), Path("server.key"));
  ExpectNothingWritten({directory_}, "server.key is there already");
  EXPECT_FALSE(std::filesystem::exists(folder_.Path("elsewhere")));
}

TEST_F(CertsTrialTest, NamesThatCannotBeAreRefused) {
  for (const std::string name : {"", "../x", ".x", "-x", "a b", "a/b", "a,b"}) {
    ExpectNothingWritten({directory_, "--client=" + name}, "--client");
  }
  ExpectNothingWritten({directory_, "--client", std::string(64, 'a')}, "--client");
  for (const std::string host : {"a b", "a,DNS:b", "a/b", "ä"}) {
    ExpectNothingWritten({directory_, "--host=" + host}, "--host");
  }
  for (const std::string id : {"billing", "https://x/y", "spiffe://", "spiffe:///x", "spiffe://x",
                               "spiffe://x/", "spiffe://x/..", "spiffe://x//y", "spiffe://x/a b"}) {
    ExpectNothingWritten({directory_, "--spiffe=" + id}, "--spiffe");
  }
}

TEST_F(CertsTrialTest, TwoCertificatesDoNotShareAName) {
  for (const std::string name : {"server", "ca", "mail"}) {
    ExpectNothingWritten({directory_, "--spiffe", "spiffe://x/mail", "--client", name},
                         "two certificates would be " + name + ".pem");
  }
}

TEST_F(CertsTrialTest, UsageIsTold) {
  EXPECT_THAT(Trial({}), Ends(2, "", HasSubstr("DIR")));
  EXPECT_THAT(Keyward({"certs"}), Ends(2, "", HasSubstr("USAGE")));
  for (const std::string days : {"0", "3651", "x"}) {
    ExpectNothingWritten({directory_, "--days", days}, "--days");
  }
  EXPECT_THAT(Trial({"/proc/nowhere"}), Ends(2, "", HasSubstr("/proc/nowhere: ")));
  EXPECT_THAT(Keyward({"certs", "trial", "--help"}), Ends(0, HasSubstr("--spiffe"), ""));
}

}  // namespace
}  // namespace keyward::client
