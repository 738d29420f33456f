#include "server/net/one_sided_traffic.h"

#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstddef>

namespace keyward::net {

std::optional<Traffic> TrafficOf(int socket) {
  // The unread ones after those received: what comes in between then counts as unread.
  int unread = 0;
  tcp_info info{};
  socklen_t size = sizeof(info);
  constexpr socklen_t kNeeded = offsetof(tcp_info, tcpi_bytes_sent) + sizeof(info.tcpi_bytes_sent);
  if (getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size) != 0 || size < kNeeded ||
      ioctl(socket, SIOCINQ, &unread) != 0) {
    return std::nullopt;
  }
  const uint64_t received = info.tcpi_bytes_received;
  return Traffic{.read = received - std::min<uint64_t>(received, unread),
                 .sent = info.tcpi_bytes_sent};
}

bool OneSidedTraffic::Judge(Traffic now) {
  const auto read = std::max<int64_t>(0, static_cast<int64_t>(now.read - seen_.read));
  seen_.read += read;
  allowed_ -= read;
  if (now.sent > seen_.sent) {
    const auto sent = std::min(static_cast<int64_t>(now.sent - seen_.sent), kMaxAllowedBytes);
    // What was read in the meantime is taken off first: between two looks more may have come and
    // been answered than is allowed ahead.
    allowed_ = std::min(allowed_ + sent * kAllowedPerSentByte, kMaxAllowedBytes);
    seen_.sent = now.sent;
  }
  return allowed_ < 0;
}

}  // namespace keyward::net
