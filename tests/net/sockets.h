#ifndef KEYWARD_TESTS_NET_SOCKETS_H_
#define KEYWARD_TESTS_NET_SOCKETS_H_

#include <string>

#include "server/net/descriptor.h"
#include "server/net/listen_address.h"

namespace keyward::net {

// Connected, or not open where it was refused.
Descriptor ConnectTo(const ListenAddress& address);

// Waits for what the other side does: true where it closed the connection, false where it sent a
// byte.
bool WasClosed(const Descriptor& connection);

}  // namespace keyward::net

#endif  // KEYWARD_TESTS_NET_SOCKETS_H_
