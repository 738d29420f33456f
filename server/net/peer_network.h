#ifndef KEYWARD_SERVER_NET_PEER_NETWORK_H_
#define KEYWARD_SERVER_NET_PEER_NETWORK_H_

#include <sys/socket.h>

#include <string>

namespace keyward::net {

// Whom a peer's connections are counted for: the bytes of its IPv4 address, or of the first 64 bits
// of its IPv6 address, since whoever has one address has all of its /64. Empty for a peer on this
// machine (a unix socket, loopback): there all callers have one address, and who may connect is the
// machine's own matter.
std::string PeerNetwork(const sockaddr_storage& peer);

// `ipv4:ADDRESS:PORT` or `ipv6:[ADDRESS]:PORT`, as gRPC names a peer; empty for a unix socket's.
std::string PeerText(const sockaddr_storage& peer);

}  // namespace keyward::net

#endif  // KEYWARD_SERVER_NET_PEER_NETWORK_H_
