#include "server/net/one_sided_traffic.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstddef>

namespace keyward::net {

std::optional<Traffic> TrafficOf(int socket) {
  tcp_info info{};
  socklen_t size = sizeof(info);
  constexpr socklen_t kNeeded = offsetof(tcp_info, tcpi_bytes_sent) + sizeof(info.tcpi_bytes_sent);
  if (getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size) != 0 || size < kNeeded) {
    return std::nullopt;
  }
  return Traffic{.received = info.tcpi_bytes_received, .sent = info.tcpi_bytes_sent};
}

bool OneSidedTraffic::Judge(Traffic now) {
  const auto received = static_cast<int64_t>(now.received - seen_.received);
  seen_.received = now.received;
  if (now.sent > seen_.sent) {
    const auto sent = std::min(static_cast<int64_t>(now.sent - seen_.sent), kMaxAllowedBytes);
    allowed_ = std::min(allowed_ + sent * kAllowedPerSentByte, kMaxAllowedBytes);
    seen_.sent = now.sent;
  }
  allowed_ -= received;
  return allowed_ < 0;
}

}  // namespace keyward::net
