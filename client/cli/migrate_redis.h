#ifndef KEYWARD_CLIENT_CLI_MIGRATE_REDIS_H_
#define KEYWARD_CLIENT_CLI_MIGRATE_REDIS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "client/cli/migrate_address.h"
#include "client/cli/migrate_socket.h"

struct redisReader;

namespace keyward::cli {

struct RedisReply {
  enum class Type { kNil, kText, kInteger, kError, kArray };
  Type type = Type::kNil;
  // Of kText and kError.
  std::string text = {};
  std::int64_t integer = 0;
  std::vector<RedisReply> elements = {};

  bool IsError(std::string_view code) const {
    return type == Type::kError && text.starts_with(code);
  }
};

// A logged-in connection on which commands can be sent many at a time. Not thread-safe. Errors are
// for people, and name the Redis: UNAVAILABLE where it cannot be reached or is lost,
// PERMISSION_DENIED where it lets us not in. After one the connection is of no more use.
class RedisConnection {
 public:
  static absl::StatusOr<std::unique_ptr<RedisConnection>> Open(const RedisAddress& address,
                                                               const RedisTls& tls);
  ~RedisConnection();
  RedisConnection(const RedisConnection&) = delete;
  RedisConnection& operator=(const RedisConnection&) = delete;

  // Adds a command; it is sent with the next Read.
  void Append(absl::Span<const std::string_view> arguments);
  // The reply to the oldest command that has none yet; errors of Redis are replies too.
  absl::StatusOr<RedisReply> Read();
  absl::StatusOr<RedisReply> Call(absl::Span<const std::string_view> arguments);

  // A status for a reply that no command of ours should get.
  absl::Status Unexpected(std::string_view command, const RedisReply& reply) const;

 private:
  explicit RedisConnection(std::string name) : name_(std::move(name)) {}
  absl::Status LogIn(const RedisAddress& address);
  absl::Status SendPending();
  absl::Status Lost(const absl::Status& status) const;

  struct FreeReader {
    void operator()(redisReader* reader) const;
  };

  const std::string name_;
  std::unique_ptr<RedisSocket> socket_;
  std::unique_ptr<redisReader, FreeReader> reader_;
  std::string pending_;
};

}  // namespace keyward::cli

#endif  // KEYWARD_CLIENT_CLI_MIGRATE_REDIS_H_
