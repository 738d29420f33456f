#include "server/tls/reloading_credentials.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "server/tls/identity_files.h"
#include "tests/tls/echo_server.h"
#include "tests/tls/identity_on_disk.h"
#include "tests/tls/test_authority.h"
#include "tests/tls/tls_client.h"

namespace keyward::tls {
namespace {

using ::testing::AnyOf;
using testing::EchoClient;
using testing::EchoServer;
using testing::IdentityOnDisk;
using testing::RecordingObserver;
using ::testing::StartsWith;
using testing::TestAuthority;
using testing::TestCertificate;
using testing::TestKey;

class ReloadingCredentialsTest : public ::testing::Test {
 protected:
  ReloadingCredentialsTest() {
    disk_.Write("ca.pem", client_ca_.pem());
    disk_.WriteServer(server_ca_.Issue({.common_name = "first"}));
    auto files = IdentityFiles::Open(
        {disk_.paths(), absl::InfiniteDuration()}, [] { return absl::Now(); }, observer_);
    EXPECT_TRUE(files.ok()) << files.status();
    files_ = *std::move(files);
    server_ = std::make_unique<EchoServer>(*files_);
  }

  void Rotate(const std::string& name, TestKey key = TestKey::kP256) {
    disk_.WriteServer(server_ca_.Issue({.common_name = name, .key = key}));
    files_->CheckNow();
  }
  EchoClient Client(const TestCertificate& own) const {
    return EchoClient(*server_, server_ca_.pem(), own);
  }
  EchoClient Client() const { return Client(client_); }

  const TestAuthority server_ca_{"servers"};
  const TestAuthority client_ca_{"clients"};
  const TestCertificate client_ = client_ca_.Issue({.common_name = "client"});
  const IdentityOnDisk disk_;
  RecordingObserver observer_;
  std::unique_ptr<IdentityFiles> files_;
  std::unique_ptr<EchoServer> server_;
};

TEST_F(ReloadingCredentialsTest, AClientOfTheClientCaIsLetIn) {
  EXPECT_EQ(Client().Call(), "first");
}

TEST_F(ReloadingCredentialsTest, AClientWithoutACertificateIsShutOut) {
  EXPECT_THAT(Client({}).Call(), StartsWith("refused"));
}

TEST_F(ReloadingCredentialsTest, AClientOfAnotherAuthorityIsShutOut) {
  EXPECT_THAT(Client(server_ca_.Issue({.common_name = "x"})).Call(), StartsWith("refused"));
  const TestAuthority namesake("clients");
  EXPECT_THAT(Client(namesake.Issue({.common_name = "x"})).Call(), StartsWith("refused"));
}

TEST_F(ReloadingCredentialsTest, AClientWhoseTimeIsOverIsShutOut) {
  const auto old = client_ca_.Issue({.common_name = "client", .until = -absl::Minutes(1)});
  EXPECT_THAT(Client(old).Call(), StartsWith("refused"));
}

TEST_F(ReloadingCredentialsTest, NewConnectionsSeeTheNewCertificateAndOldOnesGoOn) {
  EchoClient old = Client();
  grpc::ClientContext context;
  const auto stub = grpc::reflection::v1::ServerReflection::NewStub(old.channel());
  const auto stream = stub->ServerReflectionInfo(&context);
  const auto echo = [&](const std::string& host) {
    grpc::reflection::v1::ServerReflectionRequest request;
    grpc::reflection::v1::ServerReflectionResponse response;
    request.set_host(host);
    stream->Write(request);
    return stream->Read(&response) ? response.valid_host() : "gone";
  };
  EXPECT_EQ(echo("before"), "before");
  Rotate("second");
  EXPECT_EQ(Client().Call(), "second");
  EXPECT_EQ(old.Call(), "first");
  EXPECT_EQ(echo("after"), "after");
  stream->WritesDone();
  EXPECT_TRUE(stream->Finish().ok());
}

TEST_F(ReloadingCredentialsTest, EveryKindOfKeyThatIsTakenUpServes) {
  const std::vector<std::pair<std::string, TestKey>> kinds = {{"p384", TestKey::kP384},
                                                              {"p521", TestKey::kP521},
                                                              {"ed25519", TestKey::kEd25519},
                                                              {"rsa", TestKey::kRsa2048}};
  for (const auto& [name, key] : kinds) {
    Rotate(name, key);
    EXPECT_EQ(Client().Call(), name);
  }
}

TEST_F(ReloadingCredentialsTest, AChainReachesTheClient) {
  const TestAuthority middle("middle", server_ca_);
  const TestCertificate leaf = middle.Issue({.common_name = "leaf"});
  disk_.WriteServer({leaf.certificate + middle.pem(), leaf.key});
  files_->CheckNow();
  EXPECT_EQ(Client().Call(), "leaf");
}

TEST_F(ReloadingCredentialsTest, ABrokenPairIsNeverShown) {
  disk_.Write("server.key", server_ca_.Issue({.common_name = "other"}).key);
  for (const std::string broken : {"", "not PEM"}) {
    files_->CheckNow();
    EXPECT_EQ(Client().Call(), "first");
    disk_.Write("server.pem", broken);
  }
  disk_.WriteServer(server_ca_.Issue({.common_name = "old", .until = -absl::Minutes(1)}));
  files_->CheckNow();
  EXPECT_EQ(Client().Call(), "first");
  Rotate("second");
  EXPECT_EQ(Client().Call(), "second");
}

TEST_F(ReloadingCredentialsTest, ANewClientCaLetsItsClientsInAndShutsTheOldOnesOut) {
  EchoClient connected = Client();
  EXPECT_EQ(connected.Call(), "first");
  const TestAuthority next("next");
  const TestCertificate of_next = next.Issue({.common_name = "client"});
  EXPECT_THAT(Client(of_next).Call(), StartsWith("refused"));
  disk_.Write("ca.pem", client_ca_.pem() + next.pem());
  files_->CheckNow();
  EXPECT_EQ(Client(of_next).Call(), "first");
  EXPECT_EQ(Client().Call(), "first");
  disk_.Write("ca.pem", next.pem());
  files_->CheckNow();
  EXPECT_EQ(Client(of_next).Call(), "first");
  EXPECT_THAT(Client().Call(), StartsWith("refused"));
  EXPECT_EQ(connected.Call(), "first") << "what stands goes on";
}

TEST_F(ReloadingCredentialsTest, TwentyRotationsUnderLoadFailNoCall) {
  std::atomic<int> kept_calls{0};
  std::atomic<int> fresh_calls{0};
  std::atomic<int> failed{0};
  std::atomic<bool> stop{false};
  const auto count = [&](const std::string& answer, std::atomic<int>& calls) {
    if (answer.starts_with("refused")) {
      ADD_FAILURE() << answer;
      ++failed;
    }
    ++calls;
    calls.notify_all();
  };
  std::vector<std::jthread> callers;
  callers.emplace_back([&] {
    EchoClient kept = Client();
    while (!stop) count(kept.Call(), kept_calls);
  });
  for (int i = 0; i < 2; ++i) {
    callers.emplace_back([&] {
      while (!stop) count(Client().Call(), fresh_calls);
    });
  }
  const auto await_more = [](const std::atomic<int>& calls, int more) {
    const int wanted = calls + more;
    for (int seen = calls; seen < wanted; seen = calls) calls.wait(seen);
  };
  for (int i = 0; i < 20; ++i) {
    const std::string name = "rotation " + std::to_string(i);
    Rotate(name);
    EXPECT_EQ(Client().Call(), name);
    await_more(kept_calls, 2);
    await_more(fresh_calls, 3);
  }
  stop = true;
  callers.clear();
  EXPECT_EQ(failed, 0);
  EXPECT_EQ(files_->reloads(), 20);
}

TEST_F(ReloadingCredentialsTest, OnlyTls12AndTls13AreSpoken) {
  const auto shake = [&](int version) {
    return testing::ShakeHands(testing::Connect(server_->port()), version, client_);
  };
  EXPECT_EQ(shake(TLS1_3_VERSION).version, "TLSv1.3");
  EXPECT_EQ(shake(TLS1_2_VERSION).version, "TLSv1.2");
  for (const int version : {TLS1_VERSION, TLS1_1_VERSION}) {
    const testing::Handshake old = shake(version);
    EXPECT_EQ(old.version, "");
    // gRPC 1.51 closes the connection without the alert.
    EXPECT_THAT(old.error, AnyOf("tlsv1 alert protocol version", "unexpected eof while reading"));
  }
}

// A TCP connection, both ends in this process.
struct Connection {
  Connection() {
    const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    EXPECT_EQ(bind(listener, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(listen(listener, 1), 0);
    EXPECT_EQ(getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size), 0);
    client = testing::Connect(ntohs(address.sin_port));
    server = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    close(listener);
  }
  int client = -1;
  int server = -1;
};

TEST_F(ReloadingCredentialsTest, AnExternalAcceptorsConnectionsAreServedToo) {
  for (const std::string name : {"second", "third"}) {
    Rotate(name);
    const Connection connection;
    server_->Take(connection.server);
    const testing::Handshake done = testing::ShakeHands(connection.client, TLS1_3_VERSION, client_);
    EXPECT_EQ(done.version, "TLSv1.3");
    EXPECT_EQ(done.protocol, "h2");
    EXPECT_EQ(done.peer, name);
  }
}

}  // namespace
}  // namespace keyward::tls
