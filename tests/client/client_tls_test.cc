#include <grpcpp/security/server_credentials.h>
#include <gtest/gtest.h>

#include "keyward/client.h"
#include "tests/client/fake_server.h"
#include "tests/client/temporary_folder.h"
#include "tests/client/test_certificates.h"

namespace keyward::client {
namespace {

// A server that lets in only who shows a certificate that client_ vouches for.
class ClientTlsTest : public ::testing::Test {
 protected:
  ClientTlsTest() : server_("127.0.0.1:0", Credentials()) {
    folder_.Write("server.pem", server_identity_.certificate);
    folder_.Write("client.pem", client_identity_.certificate);
    folder_.Write("client.key", client_identity_.key);
    const Certificate stranger = MakeSelfSignedCertificate("stranger");
    folder_.Write("stranger.pem", stranger.certificate);
    folder_.Write("stranger.key", stranger.key);
  }

  std::shared_ptr<grpc::ServerCredentials> Credentials() const {
    grpc::SslServerCredentialsOptions options(
        GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
    options.pem_root_certs = client_identity_.certificate;
    options.pem_key_cert_pairs = {{server_identity_.key, server_identity_.certificate}};
    return grpc::SslServerCredentials(options);
  }

  absl::Status Call(const TlsOptions& tls) const {
    const auto client =
        Client::New({.address = server_.address(), .tls = tls, .retry = {.max_attempts = 1}});
    return client.ok() ? client->GetStatus().status() : client.status();
  }

  const Certificate server_identity_ = MakeSelfSignedCertificate("server");
  const Certificate client_identity_ = MakeSelfSignedCertificate("client");
  const TemporaryFolder folder_;
  FakeServer server_;
};

TEST_F(ClientTlsTest, BothSidesShowCertificates) {
  const absl::Status status = Call({.ca_file = folder_.Path("server.pem"),
                                    .cert_file = folder_.Path("client.pem"),
                                    .key_file = folder_.Path("client.key")});
  EXPECT_TRUE(status.ok()) << status;
}

TEST_F(ClientTlsTest, AServerThatNobodyVouchesForIsNotTalkedTo) {
  EXPECT_EQ(Call({.ca_file = folder_.Path("stranger.pem"),
                  .cert_file = folder_.Path("client.pem"),
                  .key_file = folder_.Path("client.key")})
                .code(),
            absl::StatusCode::kUnavailable);
  EXPECT_EQ(server_.service().calls(), 0);
}

TEST_F(ClientTlsTest, AClientWithAnotherCertificateOrNoneIsNotLetIn) {
  EXPECT_FALSE(Call({.ca_file = folder_.Path("server.pem")}).ok());
  EXPECT_FALSE(Call({.ca_file = folder_.Path("server.pem"),
                     .cert_file = folder_.Path("stranger.pem"),
                     .key_file = folder_.Path("stranger.key")})
                   .ok());
  EXPECT_EQ(server_.service().calls(), 0);
}

TEST_F(ClientTlsTest, WithoutTlsTheServerIsNotReached) {
  const auto client = Client::New({.address = server_.address()});
  ASSERT_TRUE(client.ok()) << client.status();
  EXPECT_EQ(client->GetStatus().status().code(), absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace keyward::client
