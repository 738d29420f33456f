#include "server/auth/peer.h"

#include "server/errors/errors.h"

namespace keyward::auth {

PeerKind ClassifyPeer(std::string_view address, bool authenticated) {
  if (authenticated) return PeerKind::kAuthenticated;
  if (address.starts_with("unix:")) return PeerKind::kUnixSocket;
  // A socket bound to IPv6 sees IPv4's loopback as a mapped address. gRPC 1.51 escapes the brackets.
  for (const std::string_view loopback :
       {"ipv4:127.", "ipv6:[::1]", "ipv6:%5B::1%5D", "ipv6:[::ffff:127.", "ipv6:%5B::ffff:127."}) {
    if (address.starts_with(loopback)) return PeerKind::kLoopback;
  }
  return PeerKind::kInsecureNetwork;
}

absl::Status MayExportKeys(PeerKind peer) {
  if (peer != PeerKind::kInsecureNetwork) return absl::OkStatus();
  return errors::PermissionDenied("key bytes are not handed out over an insecure network listener");
}

}  // namespace keyward::auth
