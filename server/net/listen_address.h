#ifndef KEYWARD_SERVER_NET_LISTEN_ADDRESS_H_
#define KEYWARD_SERVER_NET_LISTEN_ADDRESS_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace keyward::net {

// Where to listen: "HOST:PORT", "[IPV6]:PORT" (port 0: any free one) or "unix:/path".
struct ListenAddress {
  std::string unix_path;  // empty for TCP
  std::string host;       // without brackets
  int port = 0;

  bool is_unix() const { return !unix_path.empty(); }
  // Reached from this machine alone: a unix socket, localhost, 127.0.0.0/8 or ::1.
  bool is_local() const;
  // As it was written; with the port that was given by the system in place of 0.
  std::string Text() const;
};

// The error says what is wrong with it.
absl::StatusOr<ListenAddress> ParseListenAddress(std::string_view text);

}  // namespace keyward::net

#endif  // KEYWARD_SERVER_NET_LISTEN_ADDRESS_H_
