#include "server/auth/peer.h"

#include "server/errors/errors.h"

namespace keyward::auth {

PeerKind ClassifyPeer(std::string_view transport_security, bool authenticated) {
  if (transport_security == "ssl" && authenticated) return PeerKind::kAuthenticated;
  if (transport_security == "local") return PeerKind::kLocal;
  return PeerKind::kInsecureNetwork;
}

absl::Status MayExportKeys(PeerKind peer) {
  if (peer != PeerKind::kInsecureNetwork) return absl::OkStatus();
  return errors::PermissionDenied("key bytes are not handed out over an insecure network listener");
}

}  // namespace keyward::auth
