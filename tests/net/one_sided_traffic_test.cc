#include "server/net/one_sided_traffic.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/net/listening_socket.h"
#include "tests/net/sockets.h"

namespace keyward::net {
namespace {

constexpr uint64_t kMib = 1024 * 1024;
constexpr uint64_t kWindowUpdateBytes = 13 + 13;  // for the stream and for the connection

TEST(OneSidedTrafficTest, IsToldOfAPeerThatIsNeverAnswered) {
  OneSidedTraffic traffic;
  uint64_t read = 0;
  while (!traffic.Judge({.read = read += 1000, .sent = OneSidedTraffic::kGreetingBytes})) {
  }
  EXPECT_GE(read, OneSidedTraffic::kFreeBytes);
  EXPECT_LT(read, OneSidedTraffic::kFreeBytes + 2000);
}

TEST(OneSidedTrafficTest, IsNotToldOfCallsThatAreAnswered) {
  OneSidedTraffic traffic;
  Traffic now;
  for (int call = 0; call < 100'000; ++call) {
    now.read += 150;
    now.sent += 60;
    ASSERT_FALSE(traffic.Judge(now));
  }
}

TEST(OneSidedTrafficTest, IsNotToldOfUploadsThatWindowsAreGivenFor) {
  OneSidedTraffic traffic;
  Traffic now{.read = 64 * 1024, .sent = OneSidedTraffic::kGreetingBytes};
  for (int mebibyte = 0; mebibyte < 1000; ++mebibyte) {
    ASSERT_FALSE(traffic.Judge(now));
    now.sent += kWindowUpdateBytes;
    now.read += kMib;
  }
}

TEST(OneSidedTrafficTest, AllowsWindowsThatWereAllGivenAtOnce) {
  OneSidedTraffic traffic;
  Traffic now{.read = 0, .sent = OneSidedTraffic::kGreetingBytes + 60 * 26};
  EXPECT_FALSE(traffic.Judge(now));
  for (int mebibyte = 0; mebibyte < 60; ++mebibyte) {
    now.read += kMib;
    ASSERT_FALSE(traffic.Judge(now)) << mebibyte;
  }
}

// A look may come late, when the machine has other things to do.
TEST(OneSidedTrafficTest, AllowsAnUploadThatCameAndWasGivenWindowsBetweenTwoLooks) {
  OneSidedTraffic traffic;
  Traffic now{.read = 0, .sent = OneSidedTraffic::kGreetingBytes};
  EXPECT_FALSE(traffic.Judge(now));
  now.read += 200 * kMib;
  now.sent += 200 * kWindowUpdateBytes;
  EXPECT_FALSE(traffic.Judge(now));
}

TEST(OneSidedTrafficTest, AllowsNoMoreForALongPast) {
  OneSidedTraffic traffic;
  Traffic now{.read = 0, .sent = 1'000'000'000};
  EXPECT_FALSE(traffic.Judge(now));
  now.read += OneSidedTraffic::kMaxAllowedBytes + 1;
  EXPECT_TRUE(traffic.Judge(now));
}

TEST(TrafficOfTest, CountsWhatATcpConnectionCarried) {
  const auto listening = ListeningSocket::Open({.unix_path = "", .host = "127.0.0.1", .port = 0});
  ASSERT_TRUE(listening.ok());
  const Descriptor client = ConnectTo(listening->address());
  const Descriptor server(accept(listening->sockets().front().fd(), nullptr, nullptr));
  char bytes[100] = {};
  ASSERT_EQ(write(client.fd(), bytes, sizeof(bytes)), 100);
  ASSERT_EQ(recv(server.fd(), bytes, sizeof(bytes), MSG_WAITALL), 100);
  ASSERT_EQ(write(server.fd(), bytes, 7), 7);
  const auto traffic = TrafficOf(server.fd());
  ASSERT_TRUE(traffic.has_value());
  EXPECT_EQ(traffic->read, 100U);
  EXPECT_EQ(traffic->sent, 7U);
}

TEST(TrafficOfTest, KnowsNothingOfOtherSockets) {
  const Descriptor other(socket(AF_UNIX, SOCK_STREAM, 0));
  EXPECT_FALSE(TrafficOf(other.fd()).has_value());
}

}  // namespace
}  // namespace keyward::net
