#ifndef KEYWARD_SERVER_NET_DESCRIPTOR_LIMIT_H_
#define KEYWARD_SERVER_NET_DESCRIPTOR_LIMIT_H_

#include <cstdint>

namespace keyward::net {

// Descriptors that are no connection: of databases, logs, sockets that listen, epoll sets. The
// server has some 30 open; the rest is for files that are opened in passing, and for another
// hundred of the kind.
inline constexpr int64_t kReservedDescriptors = 128;

// Raises the process's limit on open files (RLIMIT_NOFILE) to the highest that it may, and returns
// for how many connections that is enough; not above 0 where there is room for none.
int64_t RaiseDescriptorLimit();

}  // namespace keyward::net

#endif  // KEYWARD_SERVER_NET_DESCRIPTOR_LIMIT_H_
