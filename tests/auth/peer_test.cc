#include "server/auth/peer.h"

#include <gtest/gtest.h>

#include "server/errors/errors.h"

namespace keyward::auth {
namespace {

TEST(ClassifyPeerTest, KnowsThisMachinesAddresses) {
  EXPECT_EQ(ClassifyPeer("ipv4:127.0.0.1:40000", false), PeerKind::kLoopback);
  EXPECT_EQ(ClassifyPeer("ipv4:127.8.9.10:1", false), PeerKind::kLoopback);
  EXPECT_EQ(ClassifyPeer("ipv6:[::1]:40000", false), PeerKind::kLoopback);
  EXPECT_EQ(ClassifyPeer("ipv6:%5B::1%5D:40000", false), PeerKind::kLoopback);
  EXPECT_EQ(ClassifyPeer("ipv6:%5B::ffff:127.0.0.1%5D:40000", false), PeerKind::kLoopback);
  EXPECT_EQ(ClassifyPeer("unix:/run/keyward.sock", false), PeerKind::kUnixSocket);
  EXPECT_EQ(ClassifyPeer("unix:", false), PeerKind::kUnixSocket);
}

TEST(ClassifyPeerTest, TakesEverythingElseForTheNetworks) {
  for (const char* address :
       {"", "ipv4:10.0.0.1:40000", "ipv4:12.7.0.1:40000", "ipv4:192.168.127.1:1",
        "ipv6:%5Bfe80::1%5D:40000", "ipv6:%5B::10%5D:1", "ipv6:%5B::ffff:10.0.0.1%5D:1",
        "ipv6:[2001:db8::1]:127", "dns:localhost", "127.0.0.1:40000", "vsock:1:2"}) {
    EXPECT_EQ(ClassifyPeer(address, false), PeerKind::kInsecureNetwork) << address;
  }
}

TEST(ClassifyPeerTest, ACertificateCountsWhereverThePeerIs) {
  for (const char* address : {"ipv4:10.0.0.1:40000", "ipv4:127.0.0.1:40000", ""}) {
    EXPECT_EQ(ClassifyPeer(address, true), PeerKind::kAuthenticated) << address;
  }
}

TEST(MayExportKeysTest, RefusesOnlyPeersOfWhomNothingIsKnown) {
  for (const PeerKind peer :
       {PeerKind::kLoopback, PeerKind::kUnixSocket, PeerKind::kAuthenticated}) {
    EXPECT_TRUE(MayExportKeys(peer).ok());
  }
  EXPECT_EQ(errors::Reason(MayExportKeys(PeerKind::kInsecureNetwork)), "PERMISSION_DENIED");
}

}  // namespace
}  // namespace keyward::auth
