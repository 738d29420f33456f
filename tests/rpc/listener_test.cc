#include "server/rpc/listener.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

namespace keyward::rpc {
namespace {

using testing::HasSubstr;

TEST(ParseListenAddressTest, ReadsHostAndPort) {
  const auto address = ParseListenAddress("127.0.0.1:50051");
  ASSERT_TRUE(address.ok());
  EXPECT_EQ(address->host, "127.0.0.1");
  EXPECT_EQ(address->port, 50051);
  EXPECT_EQ(address->Text(), "127.0.0.1:50051");
}

TEST(ParseListenAddressTest, ReadsIpv6InBracketsAndUnixSockets) {
  const auto six = ParseListenAddress("[::1]:0");
  ASSERT_TRUE(six.ok());
  EXPECT_EQ(six->host, "::1");
  EXPECT_EQ(six->Text(), "[::1]:0");
  const auto unix_socket = ParseListenAddress("unix:/run/keyward.sock");
  ASSERT_TRUE(unix_socket.ok());
  EXPECT_EQ(unix_socket->unix_path, "/run/keyward.sock");
  EXPECT_EQ(unix_socket->Text(), "unix:/run/keyward.sock");
}

TEST(ParseListenAddressTest, RefusesWhatIsNoAddress) {
  for (const char* text : {"", ":", ":1", "localhost", "localhost:", "localhost:x", "localhost:-1",
                           "localhost:65536", "::1:50051", "unix:", "unix:relative"}) {
    EXPECT_FALSE(ParseListenAddress(text).ok()) << text;
  }
  EXPECT_FALSE(ParseListenAddress("unix:/" + std::string(200, 'x')).ok());
}

TEST(ParseListenAddressTest, KnowsWhichAddressesAreLocal) {
  for (const char* text : {"127.0.0.1:1", "127.9.9.9:1", "localhost:1", "[::1]:1", "unix:/x"}) {
    EXPECT_TRUE(ParseListenAddress(text)->is_local()) << text;
  }
  for (const char* text : {"0.0.0.0:1", "[::]:1", "10.0.0.1:1", "example.org:1",
                           "127.0.0.1.example.org:1"}) {
    EXPECT_FALSE(ParseListenAddress(text)->is_local()) << text;
  }
}

TEST(CheckFreeTest, NamesAnAddressThatIsTaken) {
  const int taken = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(bind(taken, reinterpret_cast<sockaddr*>(&name), sizeof(name)), 0);
  ASSERT_EQ(listen(taken, 1), 0);
  socklen_t size = sizeof(name);
  getsockname(taken, reinterpret_cast<sockaddr*>(&name), &size);
  const ListenAddress address{.unix_path = "", .host = "127.0.0.1", .port = ntohs(name.sin_port)};
  const absl::Status status = CheckFree(address);
  close(taken);
  EXPECT_THAT(std::string(status.message()), HasSubstr(address.Text()));
  EXPECT_THAT(std::string(status.message()), HasSubstr("in use"));
}

TEST(CheckFreeTest, AcceptsAnyFreePort) {
  EXPECT_TRUE(CheckFree({.unix_path = "", .host = "127.0.0.1", .port = 0}).ok());
}

TEST(CheckFreeTest, RefusesASocketInAFolderThatIsMissing) {
  EXPECT_FALSE(CheckFree({.unix_path = "/nowhere/at/all.sock", .host = ""}).ok());
}

}  // namespace
}  // namespace keyward::rpc
