#include "server/auth/peer.h"

#include <gtest/gtest.h>

#include "server/errors/errors.h"

namespace keyward::auth {
namespace {

TEST(ClassifyPeerTest, KnowsLocalListenersAndCertificates) {
  EXPECT_EQ(ClassifyPeer("local", false), PeerKind::kLocal);
  EXPECT_EQ(ClassifyPeer("ssl", true), PeerKind::kAuthenticated);
}

TEST(ClassifyPeerTest, TakesEverythingElseForTheNetworks) {
  EXPECT_EQ(ClassifyPeer("insecure", false), PeerKind::kInsecureNetwork);
  EXPECT_EQ(ClassifyPeer("insecure", true), PeerKind::kInsecureNetwork);
  EXPECT_EQ(ClassifyPeer("ssl", false), PeerKind::kInsecureNetwork);
  EXPECT_EQ(ClassifyPeer("", true), PeerKind::kInsecureNetwork);
}

TEST(MayExportKeysTest, RefusesOnlyPeersOfWhomNothingIsKnown) {
  EXPECT_TRUE(MayExportKeys(PeerKind::kLocal).ok());
  EXPECT_TRUE(MayExportKeys(PeerKind::kAuthenticated).ok());
  EXPECT_EQ(errors::Reason(MayExportKeys(PeerKind::kInsecureNetwork)), "PERMISSION_DENIED");
}

}  // namespace
}  // namespace keyward::auth
