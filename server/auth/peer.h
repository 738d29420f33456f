#ifndef KEYWARD_SERVER_AUTH_PEER_H_
#define KEYWARD_SERVER_AUTH_PEER_H_

#include <string_view>

#include "absl/status/status.h"

namespace keyward::auth {

enum class PeerKind {
  kLoopback,         // this machine, over TCP without TLS
  kUnixSocket,       // whoever the socket file's permissions let in
  kAuthenticated,    // mutual TLS: a certificate of our client CA
  kInsecureNetwork,  // anyone
};

// `address` is what gRPC calls the peer, such as "ipv4:127.0.0.1:40000", "ipv6:%5B::1%5D:40000" or
// "unix:/run/keyward.sock"; `authenticated` says that it proved itself by TLS. An address that is none
// of these counts as the network's.
PeerKind ClassifyPeer(std::string_view address, bool authenticated);

// The two RPCs that hand out key bytes are closed to peers of whom nothing is known:
// errors::PermissionDenied.
absl::Status MayExportKeys(PeerKind peer);

}  // namespace keyward::auth

#endif  // KEYWARD_SERVER_AUTH_PEER_H_
