#include "server/net/peer_network.h"

#include <arpa/inet.h>
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

std::string AddressText(int family, const void* address) {
  char text[INET6_ADDRSTRLEN];
  return inet_ntop(family, address, text, sizeof(text)) == nullptr ? "" : text;
}

std::string Ipv4Text(const void* address, in_port_t port) {
  return "ipv4:" + AddressText(AF_INET, address) + ":" + std::to_string(ntohs(port));
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

std::string PeerText(const sockaddr_storage& peer) {
  if (peer.ss_family == AF_INET) {
    const auto& ipv4 = reinterpret_cast<const sockaddr_in&>(peer);
    return Ipv4Text(&ipv4.sin_addr, ipv4.sin_port);
  }
  if (peer.ss_family != AF_INET6) return "";
  const auto& ipv6 = reinterpret_cast<const sockaddr_in6&>(peer);
  if (IN6_IS_ADDR_V4MAPPED(&ipv6.sin6_addr)) {
    return Ipv4Text(ipv6.sin6_addr.s6_addr + kMappedPrefixBytes, ipv6.sin6_port);
  }
  return "ipv6:[" + AddressText(AF_INET6, &ipv6.sin6_addr) +
         "]:" + std::to_string(ntohs(ipv6.sin6_port));
}

}  // namespace keyward::net
