#include "server/net/connection_table.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <optional>
#include <utility>

#include "server/net/descriptor.h"

namespace keyward::net {
namespace {

using Answer = ConnectionTable::Answer;

class ConnectionTableTest : public ::testing::Test {
 protected:
  Answer Admit(const Descriptor& socket, const std::string& network = "") {
    now_ += ConnectionTable::kSweepInterval;
    return table_.Admit(socket.fd(), network, now_);
  }

  static Descriptor Socket() { return Descriptor(socket(AF_UNIX, SOCK_STREAM, 0)); }

  ConnectionTable table_{{.in_all = 3, .per_network = 2}};
  ConnectionTable::Clock::time_point now_ = ConnectionTable::Clock::now();
};

TEST_F(ConnectionTableTest, AdmitsAsManyAsThereMayBe) {
  const Descriptor sockets[] = {Socket(), Socket(), Socket(), Socket()};
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Admit(sockets[i]), Answer::kAdmitted);
  EXPECT_EQ(Admit(sockets[3]), Answer::kTooMany);
  EXPECT_EQ(table_.size(), 3);
}

TEST_F(ConnectionTableTest, LimitsEachNetworkButNotThisMachine) {
  const Descriptor sockets[] = {Socket(), Socket(), Socket(), Socket()};
  EXPECT_EQ(Admit(sockets[0], "a"), Answer::kAdmitted);
  EXPECT_EQ(Admit(sockets[1], "a"), Answer::kAdmitted);
  EXPECT_EQ(Admit(sockets[2], "a"), Answer::kTooManyOfNetwork);
  EXPECT_EQ(Admit(sockets[3], "b"), Answer::kAdmitted);
}

TEST_F(ConnectionTableTest, DoesNotLimitThisMachinesOwn) {
  const Descriptor sockets[] = {Socket(), Socket(), Socket()};
  for (const Descriptor& socket : sockets) EXPECT_EQ(Admit(socket), Answer::kAdmitted);
}

TEST_F(ConnectionTableTest, HasRoomAgainOnceAConnectionIsClosed) {
  std::optional<Descriptor> first = Socket();
  const Descriptor second = Socket();
  const Descriptor third = Socket();
  EXPECT_EQ(Admit(*first, "a"), Answer::kAdmitted);
  EXPECT_EQ(Admit(second, "a"), Answer::kAdmitted);
  EXPECT_EQ(Admit(third, "a"), Answer::kTooManyOfNetwork);
  first.reset();
  EXPECT_EQ(Admit(third, "a"), Answer::kAdmitted);
  EXPECT_EQ(table_.size(), 2);
}

TEST_F(ConnectionTableTest, IsNotMisledByAnotherSocketOfTheSameNumber) {
  Descriptor first = Socket();
  const int number = first.fd();
  EXPECT_EQ(Admit(first), Answer::kAdmitted);
  const Descriptor other = Socket();
  ASSERT_EQ(dup2(other.fd(), number), number);
  table_.Sweep(now_);
  EXPECT_EQ(table_.size(), 0);
}

TEST_F(ConnectionTableTest, CountsANumberThatTheKernelGivesAnewOnce) {
  int number = -1;
  for (int i = 0; i < 5; ++i) {
    const Descriptor socket = Socket();
    EXPECT_TRUE(number < 0 || socket.fd() == number);
    number = socket.fd();
    EXPECT_EQ(Admit(socket, "a"), Answer::kAdmitted);
    EXPECT_EQ(table_.size(), 1);
  }
}

TEST_F(ConnectionTableTest, LooksForEndedConnectionsOnceAnInterval) {
  std::optional<Descriptor> sockets[] = {Socket(), Socket(), Socket()};
  for (const auto& socket : sockets) Admit(*socket);
  const Descriptor refused = Socket();
  EXPECT_EQ(Admit(refused), Answer::kTooMany);
  sockets[0].reset();
  EXPECT_EQ(table_.Admit(refused.fd(), "", now_), Answer::kTooMany);
  EXPECT_EQ(Admit(refused), Answer::kAdmitted);
}

}  // namespace
}  // namespace keyward::net
