#include "server/net/listen_address.h"

#include <gtest/gtest.h>

#include <string>

namespace keyward::net {
namespace {

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
  for (const char* text :
       {"", ":", ":1", "localhost", "localhost:", "localhost:x", "localhost:-1", "localhost:65536",
        "::1:50051", "[localhost]:1", "[unix]:0", "[]:1", "unix:", "unix:relative"}) {
    EXPECT_FALSE(ParseListenAddress(text).ok()) << text;
  }
  EXPECT_FALSE(ParseListenAddress("unix:/" + std::string(200, 'x')).ok());
}

TEST(ParseListenAddressTest, KnowsWhichAddressesAreLocal) {
  for (const char* text : {"127.0.0.1:1", "127.9.9.9:1", "localhost:1", "[::1]:1", "unix:/x"}) {
    EXPECT_TRUE(ParseListenAddress(text)->is_local()) << text;
  }
  for (const char* text :
       {"0.0.0.0:1", "[::]:1", "10.0.0.1:1", "example.org:1", "127.0.0.1.example.org:1"}) {
    EXPECT_FALSE(ParseListenAddress(text)->is_local()) << text;
  }
}

}  // namespace
}  // namespace keyward::net
