#include "server/net/acceptor.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <memory>
#include <utility>
#include <vector>

#include "server/sync/mutex.h"
#include "tests/net/sockets.h"

namespace keyward::net {
namespace {

// Keeps the connections that it is handed, and says hello on each.
class Server {
 public:
  explicit Server(ConnectionLimits limits) {
    auto socket = ListeningSocket::Open({.unix_path = "", .host = "127.0.0.1", .port = 0});
    EXPECT_TRUE(socket.ok()) << socket.status();
    address_ = socket->address();
    std::vector<AcceptorListener> listeners;
    listeners.push_back({*std::move(socket), [this](int connection) { Keep(connection); }});
    acceptor_ =
        std::make_unique<Acceptor>(std::move(listeners), limits, nullptr, [this] { ++looks_; });
  }

  const ListenAddress& address() const { return address_; }
  Acceptor& acceptor() { return *acceptor_; }
  bool Serves(const Descriptor& client) { return !WasClosed(client); }
  int looks() const { return looks_; }

  // What has come on any connection.
  void ReadAll() {
    sync::MutexLock lock(mutex_);
    char bytes[4096];
    for (const Descriptor& each : kept_) {
      while (recv(each.fd(), bytes, sizeof(bytes), MSG_DONTWAIT) > 0) {
      }
    }
  }

  void CloseAll() {
    sync::MutexLock lock(mutex_);
    kept_.clear();
  }

 private:
  void Keep(int connection) {
    sync::MutexLock lock(mutex_);
    kept_.emplace_back(connection);
    EXPECT_EQ(write(connection, "h", 1), 1);
  }

  ListenAddress address_;
  sync::Mutex mutex_;
  std::vector<Descriptor> kept_ ABSL_GUARDED_BY(mutex_);
  std::atomic<int> looks_ = 0;
  std::unique_ptr<Acceptor> acceptor_;
};

TEST(AcceptorTest, HandsConnectionsOver) {
  Server server({.in_all = 8, .per_network = 8});
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(server.Serves(ConnectTo(server.address())));
}

TEST(AcceptorTest, ClosesWhatIsBeyondTheLimitAndCountsIt) {
  Server server({.in_all = 2, .per_network = 2});
  const Descriptor first = ConnectTo(server.address());
  const Descriptor second = ConnectTo(server.address());
  EXPECT_TRUE(server.Serves(first));
  EXPECT_TRUE(server.Serves(second));
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(server.Serves(ConnectTo(server.address())));
  server.acceptor().Stop();
  EXPECT_EQ(server.acceptor().refused(Refusal::kMaxConnections), 5);
  EXPECT_EQ(server.acceptor().refused(Refusal::kOutOfDescriptors), 0);
}

TEST(AcceptorTest, ServesAgainOnceConnectionsHaveEnded) {
  Server server({.in_all = 1, .per_network = 1});
  ASSERT_TRUE(server.Serves(ConnectTo(server.address())));
  EXPECT_FALSE(server.Serves(ConnectTo(server.address())));
  server.CloseAll();
  while (!server.Serves(ConnectTo(server.address()))) {
  }
}

TEST(AcceptorTest, CallsWhoeverWantsToLookWhileTheProcessWorks) {
  Server server({.in_all = 8, .per_network = 8});
  const Descriptor client = ConnectTo(server.address());
  EXPECT_TRUE(server.Serves(client));
  while (server.looks() < 3) {  // which is the work
  }
}

TEST(AcceptorTest, StopsListeningWhenItIsTold) {
  Server server({.in_all = 8, .per_network = 8});
  ASSERT_TRUE(server.Serves(ConnectTo(server.address())));
  server.acceptor().Stop();
  EXPECT_FALSE(ConnectTo(server.address()).is_open());
}

TEST(AcceptorTest, CutsAConnectionThatSendsAndSendsWithoutAnAnswer) {
  Server server({.in_all = 8, .per_network = 8});
  const Descriptor flood = ConnectTo(server.address());
  const Descriptor quiet = ConnectTo(server.address());
  ASSERT_TRUE(server.Serves(flood));
  ASSERT_TRUE(server.Serves(quiet));
  const std::vector<char> bytes(4096);
  while (send(flood.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT) > 0 ||
         errno == EAGAIN) {
    server.ReadAll();
  }
  server.acceptor().Stop();
  EXPECT_EQ(server.acceptor().refused(Refusal::kOneSided), 1);
  EXPECT_EQ(send(quiet.fd(), bytes.data(), 1, MSG_NOSIGNAL), 1);
}

// Takes all descriptors that the process may have but one, for the test's own socket.
class AllDescriptors {
 public:
  AllDescriptors() {
    getrlimit(RLIMIT_NOFILE, &before_);
    const rlimit few{.rlim_cur = 64, .rlim_max = before_.rlim_max};
    EXPECT_EQ(setrlimit(RLIMIT_NOFILE, &few), 0);
    while (true) {
      Descriptor next(open("/dev/null", O_RDONLY | O_CLOEXEC));
      if (!next.is_open()) break;
      taken_.push_back(std::move(next));
    }
    taken_.pop_back();
  }
  ~AllDescriptors() { setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
  std::vector<Descriptor> taken_;
};

TEST(AcceptorTest, TurnsAwayWithoutDescriptorsAndServesOnceThereAreSome) {
  Server server({.in_all = 1000, .per_network = 1000});
  ASSERT_TRUE(server.Serves(ConnectTo(server.address())));
  int came = 0;  // others had no descriptor for their own side, while the server held the last one
  {
    const AllDescriptors taken;
    for (int i = 0; i < 20; ++i) {
      const Descriptor client = ConnectTo(server.address());
      EXPECT_FALSE(server.Serves(client));
      if (client.is_open()) ++came;
    }
  }
  EXPECT_TRUE(server.Serves(ConnectTo(server.address())));
  server.acceptor().Stop();
  EXPECT_GT(came, 0);
  EXPECT_EQ(server.acceptor().refused(Refusal::kOutOfDescriptors), came);
}

}  // namespace
}  // namespace keyward::net
