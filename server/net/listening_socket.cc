#include "server/net/listening_socket.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"

namespace keyward::net {
namespace {

// Written data that the peer has not acknowledged for so long ends the connection: its machine is
// gone.
constexpr unsigned kTcpUserTimeoutMs = 30'000;
// With port 0, a further address of the same name may have the first one's port taken: then others
// are tried.
constexpr int kPortAttempts = 16;

using Resolved = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

absl::Status CannotListen(const ListenAddress& address, absl::string_view why) {
  return absl::FailedPreconditionError(
      absl::StrCat("cannot listen on ", address.Text(), ": ", why));
}

void SetOption(int fd, int level, int option, int value) {
  setsockopt(fd, level, option, &value, sizeof(value));
}

Descriptor MakeSocket(int family) {
  return Descriptor(socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

// An unset errno afterwards means that it listens; what is accepted inherits the options.
Descriptor ListenOn(const sockaddr* name, socklen_t size) {
  Descriptor socket = MakeSocket(name->sa_family);
  if (!socket.is_open()) return socket;
  if (name->sa_family != AF_UNIX) {
    SetOption(socket.fd(), SOL_SOCKET, SO_REUSEADDR, 1);
    SetOption(socket.fd(), IPPROTO_TCP, TCP_NODELAY, 1);
    SetOption(socket.fd(), IPPROTO_TCP, TCP_USER_TIMEOUT, kTcpUserTimeoutMs);
  }
  if (name->sa_family == AF_INET6) SetOption(socket.fd(), IPPROTO_IPV6, IPV6_V6ONLY, 0);
  if (bind(socket.fd(), name, size) != 0 || listen(socket.fd(), SOMAXCONN) != 0)
    return Descriptor();
  return socket;
}

sockaddr_un UnixName(const std::string& path) {
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  path.copy(name.sun_path, sizeof(name.sun_path) - 1);
  return name;
}

// Makes way for a socket: what a server left behind that was killed.
absl::Status RemoveStale(const ListenAddress& address, const sockaddr_un& name) {
  const Descriptor probe = MakeSocket(AF_UNIX);
  if (connect(probe.fd(), reinterpret_cast<const sockaddr*>(&name), sizeof(name)) == 0 ||
      errno == EAGAIN) {
    return CannotListen(address, "another server listens there");
  }
  if (errno == ENOENT) return absl::OkStatus();
  struct stat found {};
  if (errno == ECONNREFUSED && lstat(name.sun_path, &found) == 0 && S_ISSOCK(found.st_mode) &&
      unlink(name.sun_path) == 0) {
    return absl::OkStatus();
  }
  const bool is_other_file = errno == ECONNREFUSED;
  return CannotListen(address,
                      is_other_file ? "there is a file that is no socket" : strerror(errno));
}

// Both wildcards, where the machine has IPv6, are one socket for either family.
std::string HostToResolve(const ListenAddress& address) {
  return address.host == "0.0.0.0" && MakeSocket(AF_INET6).is_open() ? "::" : address.host;
}

absl::StatusOr<Resolved> Resolve(const ListenAddress& address) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(HostToResolve(address).c_str(), absl::StrCat(address.port).c_str(),
                                &hints, &found);
  if (error != 0) return CannotListen(address, gai_strerror(error));
  return Resolved(found, freeaddrinfo);
}

in_port_t& PortOf(sockaddr* name) {
  return name->sa_family == AF_INET6 ? reinterpret_cast<sockaddr_in6*>(name)->sin6_port
                                     : reinterpret_cast<sockaddr_in*>(name)->sin_port;
}

in_port_t PortOf(const Descriptor& socket) {
  sockaddr_storage name{};
  socklen_t size = sizeof(name);
  getsockname(socket.fd(), reinterpret_cast<sockaddr*>(&name), &size);
  return PortOf(reinterpret_cast<sockaddr*>(&name));
}

// One socket for each address, all on one port; empty, with errno set, where one of them cannot be
// had. An address of a family that the machine lacks is left out.
std::vector<Descriptor> ListenOnAll(const addrinfo* first) {
  std::vector<Descriptor> sockets;
  int missing = 0;
  for (const addrinfo* each = first; each != nullptr; each = each->ai_next) {
    if (!sockets.empty()) PortOf(each->ai_addr) = PortOf(sockets.front());
    Descriptor socket = ListenOn(each->ai_addr, each->ai_addrlen);
    if (socket.is_open()) {
      sockets.push_back(std::move(socket));
    } else if (errno == EADDRNOTAVAIL || errno == EAFNOSUPPORT) {
      missing = errno;
    } else {
      const int error = errno;
      sockets.clear();
      errno = error;
      return sockets;
    }
  }
  if (sockets.empty()) errno = missing;
  return sockets;
}

}  // namespace

absl::StatusOr<ListeningSocket> ListeningSocket::Open(const ListenAddress& address) {
  ListeningSocket listening(address);
  absl::Status status = address.is_unix() ? listening.OpenUnix() : listening.OpenTcp();
  if (!status.ok()) return status;
  return listening;
}

ListeningSocket::~ListeningSocket() {
  struct stat found {};
  const bool own = !sockets_.empty() && address_.is_unix() &&
                   lstat(address_.unix_path.c_str(), &found) == 0 && found.st_dev == file_.st_dev &&
                   found.st_ino == file_.st_ino;
  if (own) unlink(address_.unix_path.c_str());
}

absl::Status ListeningSocket::OpenUnix() {
  const sockaddr_un name = UnixName(address_.unix_path);
  if (absl::Status status = RemoveStale(address_, name); !status.ok()) return status;
  Descriptor socket = ListenOn(reinterpret_cast<const sockaddr*>(&name), sizeof(name));
  if (!socket.is_open()) return CannotListen(address_, std::strerror(errno));
  lstat(address_.unix_path.c_str(), &file_);
  sockets_.push_back(std::move(socket));
  return absl::OkStatus();
}

absl::Status ListeningSocket::OpenTcp() {
  const int attempts = address_.port == 0 ? kPortAttempts : 1;
  for (int i = 0; i < attempts && sockets_.empty(); ++i) {
    auto found = Resolve(address_);
    if (!found.ok()) return found.status();
    sockets_ = ListenOnAll(found->get());
  }
  if (sockets_.empty()) return CannotListen(address_, std::strerror(errno));
  address_.port = ntohs(PortOf(sockets_.front()));
  return absl::OkStatus();
}

}  // namespace keyward::net
