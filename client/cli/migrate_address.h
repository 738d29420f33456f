#ifndef KEYWARD_CLIENT_CLI_MIGRATE_ADDRESS_H_
#define KEYWARD_CLIENT_CLI_MIGRATE_ADDRESS_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace keyward::cli {

// Where a Redis is, and who asks.
struct RedisAddress {
  // Empty for a unix socket.
  std::string host = {};
  std::string port = {};
  std::string socket_path = {};
  bool tls = false;
  int database = 0;
  // Empty: Redis's default user.
  std::string user = {};
  std::string password = {};

  // For messages: without user and password.
  std::string Name() const;
};

// redis://[USER[:PASSWORD]@]HOST[:PORT][/DATABASE], the same with rediss:// for TLS, or
// unix:/PATH[?db=DATABASE], also written unix:///PATH. Bytes of user and password may be written
// %XX. No message repeats anything of the text, which may hold a password.
absl::StatusOr<RedisAddress> ParseRedisAddress(std::string_view text);

}  // namespace keyward::cli

#endif  // KEYWARD_CLIENT_CLI_MIGRATE_ADDRESS_H_
