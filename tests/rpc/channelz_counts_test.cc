// What gRPC counts of real connections, of a server and a client in this process.
#include "server/rpc/channelz_counts.h"

#include <fcntl.h>
#include <grpcpp/create_channel_posix.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "server/net/listen_address.h"
#include "server/net/peer_network.h"
#include "server/rpc/connection_settings.h"
#include "tests/net/sockets.h"

namespace keyward::rpc {
namespace {

using grpc::health::v1::Health;
using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;

// Writes one answer, and ends when the client gives up.
class Watched final : public grpc::ServerWriteReactor<HealthCheckResponse> {
 public:
  Watched() { StartWrite(&response_); }
  void OnCancel() override { Finish(grpc::Status::CANCELLED); }
  void OnDone() override { delete this; }

 private:
  const HealthCheckResponse response_;
};

// Check is answered at once, Watch stays open.
class Service final : public Health::CallbackService {
  grpc::ServerUnaryReactor* Check(grpc::CallbackServerContext* context, const HealthCheckRequest*,
                                  HealthCheckResponse*) override {
    auto* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }
  grpc::ServerWriteReactor<HealthCheckResponse>* Watch(grpc::CallbackServerContext*,
                                                       const HealthCheckRequest*) override {
    return new Watched();
  }
};

// Null where it cannot listen there. With gRPC's counts, or without.
std::unique_ptr<grpc::Server> Serve(Service& service, const std::string& host, bool counted,
                                    int& port) {
  grpc::ServerBuilder builder;
  if (counted) {
    ConfigureConnections(builder, absl::ZeroDuration());
  } else {
    builder.AddChannelArgument(GRPC_ARG_ENABLE_CHANNELZ, 0);
  }
  builder.AddListeningPort(host + ":0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&service);
  return builder.BuildAndStart();
}

// A client with one connection.
class Client {
 public:
  explicit Client(const net::ListenAddress& address) {
    net::Descriptor connection = net::ConnectTo(address);
    sockaddr_storage own{};
    socklen_t size = sizeof(own);
    getsockname(connection.fd(), reinterpret_cast<sockaddr*>(&own), &size);
    name_ = net::PeerText(own);
    fcntl(connection.fd(), F_SETFL, O_NONBLOCK);
    stub_ = Health::NewStub(grpc::CreateInsecureChannelFromFd("server", connection.Release()));
  }

  // As the server's side of the connection calls this one.
  const std::string& name() const { return name_; }

  bool Check() {
    grpc::ClientContext context;
    HealthCheckResponse response;
    return stub_->Check(&context, HealthCheckRequest(), &response).ok();
  }
  // A call that has its first answer and goes on.
  std::unique_ptr<grpc::ClientReader<HealthCheckResponse>> Watch(grpc::ClientContext& context) {
    auto reader = stub_->Watch(&context, HealthCheckRequest());
    HealthCheckResponse response;
    EXPECT_TRUE(reader->Read(&response));
    return reader;
  }

 private:
  std::string name_;
  std::unique_ptr<Health::Stub> stub_;
};

// gRPC has done with a call some time after its client has.
bool ComesToBe(net::StreamCounts& counts, int64_t id, net::Streams wanted) {
  const absl::Time deadline = absl::Now() + absl::Minutes(1);
  while (absl::Now() < deadline) {
    const std::optional<net::Streams> now = counts.Of(id);
    if (!now) return false;
    if (now->open == wanted.open && now->unanswered == wanted.unanswered) return true;
    absl::SleepFor(absl::Milliseconds(1));
  }
  return false;
}

class ChannelzCountsTest : public ::testing::TestWithParam<const char*> {};

TEST_P(ChannelzCountsTest, TellsAConnectionsOpenAndUnansweredStreams) {
  const std::string host = GetParam();
  int port = 0;
  Service service;
  const auto server = Serve(service, host, /*counted=*/true, port);
  if (server == nullptr && host == "[::1]") GTEST_SKIP() << "no IPv6 here";
  ASSERT_NE(server, nullptr);
  const auto address = *net::ParseListenAddress(host + ":" + std::to_string(port));
  Client client(address);
  Client other(address);
  EXPECT_TRUE(client.Check() && other.Check());
  const auto counts = MakeChannelzCounts();
  const auto id = counts->Find(client.name());
  const auto id_of_other = counts->Find(other.name());
  ASSERT_TRUE(id && id_of_other);
  EXPECT_TRUE(ComesToBe(*counts, *id, {.open = 0, .unanswered = 0}));

  grpc::ClientContext first, second;
  const auto kept = client.Watch(first);
  const auto given_up = client.Watch(second);
  EXPECT_TRUE(ComesToBe(*counts, *id, {.open = 2, .unanswered = 0}));
  second.TryCancel();
  EXPECT_TRUE(ComesToBe(*counts, *id, {.open = 1, .unanswered = 1}));
  EXPECT_TRUE(ComesToBe(*counts, *id_of_other, {.open = 0, .unanswered = 0}));
  first.TryCancel();
  kept->Finish();
  given_up->Finish();
}

INSTANTIATE_TEST_SUITE_P(Addresses, ChannelzCountsTest, ::testing::Values("127.0.0.1", "[::1]"),
                         [](const auto& test) { return test.index == 0 ? "Ipv4" : "Ipv6"; });

// What is logged while connections are looked for, some times each.
std::string LoggedBy(net::StreamCounts& counts, const std::vector<std::string>& peers) {
  ::testing::internal::CaptureStderr();
  for (int i = 0; i < 10; ++i) {
    for (const std::string& peer : peers) (void)counts.Find(peer);
  }
  return ::testing::internal::GetCapturedStderr();
}

TEST(ChannelzCountsLogTest, SaysOnceThatConnectionsCannotBeFound) {
  int port = 0;
  Service service;
  const auto server = Serve(service, "127.0.0.1", /*counted=*/false, port);
  Client client({.unix_path = "", .host = "127.0.0.1", .port = port});
  ASSERT_TRUE(client.Check());
  const auto counts = MakeChannelzCounts();
  const std::string log = LoggedBy(*counts, {client.name()});
  const size_t line = log.find("streams_not_counted");
  ASSERT_NE(line, std::string::npos) << log;
  EXPECT_EQ(log.find("streams_not_counted", line + 1), std::string::npos) << log;
}

TEST(ChannelzCountsLogTest, SaysNothingOfOneThatIsGone) {
  int port = 0;
  Service service;
  const auto server = Serve(service, "127.0.0.1", /*counted=*/true, port);
  Client client({.unix_path = "", .host = "127.0.0.1", .port = port});
  ASSERT_TRUE(client.Check());
  const auto counts = MakeChannelzCounts();
  EXPECT_EQ(LoggedBy(*counts, {client.name(), "ipv4:127.0.0.1:1"}), "");
}

}  // namespace
}  // namespace keyward::rpc
