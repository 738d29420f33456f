#include "server/rpc/listener.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace keyward::rpc {
namespace {

constexpr std::string_view kUnixPrefix = "unix:";

class Socket {
 public:
  explicit Socket(int family) : fd_(socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0)) {}
  ~Socket() {
    if (fd_ >= 0) close(fd_);
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  int fd() const { return fd_; }

 private:
  const int fd_;
};

absl::Status CannotListen(const ListenAddress& address, absl::string_view why) {
  return absl::FailedPreconditionError(absl::StrCat("cannot listen on ", address.Text(), ": ", why));
}

absl::StatusOr<ListenAddress> ParseUnix(std::string_view path) {
  if (path.empty() || path.front() != '/') {
    return absl::InvalidArgumentError("a unix socket needs an absolute path, as in unix:/run/k.sock");
  }
  if (path.size() >= sizeof(sockaddr_un::sun_path)) {
    return absl::InvalidArgumentError(absl::StrCat("the socket's path is longer than ",
                                                   sizeof(sockaddr_un::sun_path) - 1, " bytes"));
  }
  ListenAddress address;
  address.unix_path = path;
  return address;
}

absl::Status CheckUnixFree(const ListenAddress& address) {
  const Socket socket(AF_UNIX);
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  address.unix_path.copy(name.sun_path, sizeof(name.sun_path) - 1);
  if (connect(socket.fd(), reinterpret_cast<sockaddr*>(&name), sizeof(name)) == 0) {
    return CannotListen(address, "another server listens there");
  }
  const std::string folder = address.unix_path.substr(0, address.unix_path.rfind('/') + 1);
  if (access(folder.c_str(), W_OK) != 0) return CannotListen(address, std::strerror(errno));
  return absl::OkStatus();
}

}  // namespace

bool ListenAddress::is_local() const {
  in_addr four{};
  const bool loopback_four =
      inet_pton(AF_INET, host.c_str(), &four) == 1 && (ntohl(four.s_addr) >> 24) == IN_LOOPBACKNET;
  return is_unix() || host == "localhost" || host == "::1" || loopback_four;
}

std::string ListenAddress::Text() const {
  if (is_unix()) return absl::StrCat("unix:", unix_path);
  if (host.find(':') != std::string::npos) return absl::StrCat("[", host, "]:", port);
  return absl::StrCat(host, ":", port);
}

absl::StatusOr<ListenAddress> ParseListenAddress(std::string_view text) {
  if (text.starts_with(kUnixPrefix)) return ParseUnix(text.substr(kUnixPrefix.size()));
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) {
    return absl::InvalidArgumentError("an address is HOST:PORT or unix:/path");
  }
  ListenAddress address;
  const std::string_view port = text.substr(colon + 1);
  std::string_view host = text.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return absl::InvalidArgumentError("an IPv6 address stands in brackets, as in [::1]:50051");
  }
  if (host.find_first_of("[]") != std::string_view::npos) {
    return absl::InvalidArgumentError("brackets stand around an IPv6 address alone");
  }
  if (host.find('\0') != std::string_view::npos ||
      !absl::SimpleAtoi(absl::string_view(port.data(), port.size()), &address.port) ||
      address.port < 0 || address.port > 65535) {
    return absl::InvalidArgumentError("a port is a number from 0 to 65535");
  }
  address.host = host;
  return address;
}

absl::Status CheckFree(const ListenAddress& address) {
  if (address.is_unix()) return CheckUnixFree(address);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(address.host.c_str(), absl::StrCat(address.port).c_str(), &hints,
                                &found);
  if (error != 0) return CannotListen(address, gai_strerror(error));
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, freeaddrinfo);
  const Socket socket(found->ai_family);
  const int on = 1;
  setsockopt(socket.fd(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  if (bind(socket.fd(), found->ai_addr, found->ai_addrlen) != 0 || listen(socket.fd(), 1) != 0) {
    return CannotListen(address, std::strerror(errno));
  }
  return absl::OkStatus();
}

}  // namespace keyward::rpc
