#ifndef KEYWARD_CLIENT_CLI_MIGRATE_SOCKET_H_
#define KEYWARD_CLIENT_CLI_MIGRATE_SOCKET_H_

#include <openssl/ssl.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "client/cli/migrate_address.h"

namespace keyward::cli {

// Files in PEM for rediss://.
struct RedisTls {
  // Who may vouch for the server; empty: the system's authorities.
  std::string ca_file = {};
  // The client's own, both or neither.
  std::string cert_file = {};
  std::string key_file = {};
};

// A connection to a Redis, of bytes alone: TCP, a unix socket, or TLS whose certificate was checked
// against the host's name. Not thread-safe. Errors are UNAVAILABLE, or INVALID_ARGUMENT for a file
// of RedisTls; none waits longer than 30 seconds for the other side.
class RedisSocket {
 public:
  static absl::StatusOr<std::unique_ptr<RedisSocket>> Connect(const RedisAddress& address,
                                                              const RedisTls& tls);
  ~RedisSocket();
  RedisSocket(const RedisSocket&) = delete;
  RedisSocket& operator=(const RedisSocket&) = delete;

  absl::Status Send(std::string_view bytes);
  // At least one byte, at most `size`.
  absl::StatusOr<std::size_t> Receive(char* buffer, std::size_t size);

 private:
  struct FreeSsl {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };

  explicit RedisSocket(int descriptor) : descriptor_(descriptor) {}
  absl::Status Encrypt(const std::string& host, const RedisTls& tls);

  const int descriptor_;
  // Null without TLS.
  std::unique_ptr<SSL, FreeSsl> ssl_;
};

}  // namespace keyward::cli

#endif  // KEYWARD_CLIENT_CLI_MIGRATE_SOCKET_H_
