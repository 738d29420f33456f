#ifndef KEYWARD_CLIENT_CPP_INCLUDE_KEYWARD_CLIENT_OPTIONS_H_
#define KEYWARD_CLIENT_CPP_INCLUDE_KEYWARD_CLIENT_OPTIONS_H_

#include <optional>
#include <string>

#include "absl/time/time.h"

// Every member has a default written out, so that a designated initializer may leave any of them
// out without a compiler's warning.
namespace keyward::client {

// Files in PEM, read once, when the client is made.
struct TlsOptions {
  // Certificates of the authorities that may vouch for the server; empty: gRPC's default ones.
  std::string ca_file = {};
  // The client's own certificate chain and private key, for a server that asks for them: both or
  // neither.
  std::string cert_file = {};
  std::string key_file = {};
};

// Calls that the server answers with UNAVAILABLE or RESOURCE_EXHAUSTED, or that do not reach it,
// are sent again within their deadline: after a random time up to a back-off that doubles each
// time, or when the server asked for it. Every call of KeyService is safe to repeat; AdminClient
// says which of its own are not, and are sent once.
struct RetryOptions {
  // The first included, 1 to 5 (gRPC's own limit); 1 switches retries off.
  int max_attempts = 4;
  // At least a millisecond.
  absl::Duration initial_backoff = absl::Milliseconds(100);
  absl::Duration max_backoff = absl::Seconds(1);
};

struct ClientOptions {
  // host:port, or unix:/path, or any other target of gRPC's, such as
  // dns:///keyward.keyward.svc:50051. Where it leads to several servers, calls go round those that
  // can be reached. Proxies in the environment (http_proxy) are not used.
  std::string address = "127.0.0.1:50051";
  // Without it the connection is in the clear: for loopback and unix sockets.
  std::optional<TlsOptions> tls = std::nullopt;
  // For a whole call, its retries included.
  absl::Duration deadline = absl::Seconds(5);
  RetryOptions retry = {};
};

}  // namespace keyward::client

#endif  // KEYWARD_CLIENT_CPP_INCLUDE_KEYWARD_CLIENT_OPTIONS_H_
