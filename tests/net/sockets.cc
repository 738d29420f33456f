#include "tests/net/sockets.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace keyward::net {
namespace {

Descriptor Connect(const void* name, socklen_t size) {
  const auto* generic = static_cast<const sockaddr*>(name);
  Descriptor connection(socket(generic->sa_family, SOCK_STREAM, 0));
  if (connect(connection.fd(), generic, size) != 0) return Descriptor();
  return connection;
}

}  // namespace

Descriptor ConnectTo(const ListenAddress& address) {
  if (address.is_unix()) {
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    address.unix_path.copy(name.sun_path, sizeof(name.sun_path) - 1);
    return Connect(&name, sizeof(name));
  }
  if (address.host.find(':') != std::string::npos) {
    sockaddr_in6 name{};
    name.sin6_family = AF_INET6;
    name.sin6_port = htons(static_cast<in_port_t>(address.port));
    inet_pton(AF_INET6, address.host.c_str(), &name.sin6_addr);
    return Connect(&name, sizeof(name));
  }
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_port = htons(static_cast<in_port_t>(address.port));
  inet_pton(AF_INET, address.host.c_str(), &name.sin_addr);
  return Connect(&name, sizeof(name));
}

bool WasClosed(const Descriptor& connection) {
  char byte = 0;
  return read(connection.fd(), &byte, 1) <= 0;
}

}  // namespace keyward::net
