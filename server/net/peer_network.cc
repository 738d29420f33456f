#include "server/net/peer_network.h"

#include <netinet/in.h>

#include <cstring>

namespace keyward::net {
namespace {

constexpr size_t kIpv4Bytes = 4;
constexpr size_t kMappedPrefixBytes = 12;  // of ::ffff:a.b.c.d
constexpr size_t kIpv6NetworkBytes = 8;
constexpr char kLoopbackNetwork = 127;

std::string OfIpv4(const void* address) {
  const std::string network(static_cast<const char*>(address), kIpv4Bytes);
  return network.front() == kLoopbackNetwork ? "" : network;
}

}  // namespace

std::string PeerNetwork(const sockaddr_storage& peer) {
  if (peer.ss_family == AF_INET) {
    return OfIpv4(&reinterpret_cast<const sockaddr_in&>(peer).sin_addr);
  }
  if (peer.ss_family != AF_INET6) return "";
  const in6_addr& address = reinterpret_cast<const sockaddr_in6&>(peer).sin6_addr;
  if (IN6_IS_ADDR_LOOPBACK(&address)) return "";
  if (IN6_IS_ADDR_V4MAPPED(&address)) return OfIpv4(address.s6_addr + kMappedPrefixBytes);
  return std::string(reinterpret_cast<const char*>(address.s6_addr), kIpv6NetworkBytes);
}

}  // namespace keyward::net
