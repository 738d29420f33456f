#include "server/net/listen_address.h"

#include <arpa/inet.h>
#include <sys/un.h>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace keyward::net {
namespace {

constexpr std::string_view kUnixPrefix = "unix:";

absl::StatusOr<ListenAddress> ParseUnix(std::string_view path) {
  if (path.empty() || path.front() != '/') {
    return absl::InvalidArgumentError(
        "a unix socket needs an absolute path, as in unix:/run/k.sock");
  }
  if (path.size() >= sizeof(sockaddr_un::sun_path)) {
    return absl::InvalidArgumentError(absl::StrCat("the socket's path is longer than ",
                                                   sizeof(sockaddr_un::sun_path) - 1, " bytes"));
  }
  ListenAddress address;
  address.unix_path = path;
  return address;
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
  const bool has_colon = host.find(':') != std::string_view::npos;
  if (has_colon && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  } else if (has_colon) {
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

}  // namespace keyward::net
