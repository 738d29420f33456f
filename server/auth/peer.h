#ifndef KEYWARD_SERVER_AUTH_PEER_H_
#define KEYWARD_SERVER_AUTH_PEER_H_

#include <string_view>

#include "absl/status/status.h"

namespace keyward::auth {

enum class PeerKind {
  kLocal,            // on a listener that only this machine reaches: loopback, or a unix socket
  kAuthenticated,    // mutual TLS: a certificate of our client CA
  kInsecureNetwork,  // anyone: it came in on a listener of --insecure_listen
};

// By the listener that a call came in on, not by the address it came from: behind a proxy everyone
// seems to be on this machine. `transport_security` is gRPC's name for it, "local", "ssl" or
// "insecure"; `authenticated` says that the peer proved itself. Anything else counts as the
// network.
PeerKind ClassifyPeer(std::string_view transport_security, bool authenticated);

// The two RPCs that hand out key bytes are closed to peers of whom nothing is known:
// errors::PermissionDenied.
absl::Status MayExportKeys(PeerKind peer);

}  // namespace keyward::auth

#endif  // KEYWARD_SERVER_AUTH_PEER_H_
