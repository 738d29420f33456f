#include "server/net/peer_network.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

namespace keyward::net {
namespace {

std::string NetworkOf(const char* text) {
  sockaddr_storage peer{};
  auto& four = reinterpret_cast<sockaddr_in&>(peer);
  auto& six = reinterpret_cast<sockaddr_in6&>(peer);
  if (inet_pton(AF_INET, text, &four.sin_addr) == 1) {
    peer.ss_family = AF_INET;
  } else {
    EXPECT_EQ(inet_pton(AF_INET6, text, &six.sin6_addr), 1) << text;
    peer.ss_family = AF_INET6;
  }
  return PeerNetwork(peer);
}

TEST(PeerNetworkTest, TellsIpv4AddressesApart) {
  EXPECT_EQ(NetworkOf("198.51.100.7"), NetworkOf("198.51.100.7"));
  EXPECT_NE(NetworkOf("198.51.100.7"), NetworkOf("198.51.100.8"));
}

TEST(PeerNetworkTest, TakesAnIpv6NetworkOf64BitsForOnePeer) {
  EXPECT_EQ(NetworkOf("2001:db8:1:2::7"), NetworkOf("2001:db8:1:2:ffff::8"));
  EXPECT_NE(NetworkOf("2001:db8:1:2::7"), NetworkOf("2001:db8:1:3::7"));
}

TEST(PeerNetworkTest, TakesAnIpv4AddressInIpv6FormForWhatItIs) {
  EXPECT_EQ(NetworkOf("::ffff:198.51.100.7"), NetworkOf("198.51.100.7"));
}

TEST(PeerNetworkTest, IsEmptyForPeersOnThisMachine) {
  for (const char* text : {"127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"}) {
    EXPECT_EQ(NetworkOf(text), "") << text;
  }
  sockaddr_storage unix_peer{};
  unix_peer.ss_family = AF_UNIX;
  EXPECT_EQ(PeerNetwork(unix_peer), "");
}

}  // namespace
}  // namespace keyward::net
