#ifndef KEYWARD_SERVER_RPC_LISTENER_H_
#define KEYWARD_SERVER_RPC_LISTENER_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace keyward::rpc {

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

// Whether the address can be listened on now; the error names the address and the cause. (gRPC itself
// does not tell causes, and takes a unix socket away from the server that listens there.)
absl::Status CheckFree(const ListenAddress& address);

}  // namespace keyward::rpc

#endif  // KEYWARD_SERVER_RPC_LISTENER_H_
