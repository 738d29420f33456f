#include "client/cli/migrate_redis.h"

#include <hiredis/hiredis.h>
#include <openssl/crypto.h>

#include <array>
#include <utility>

#include "absl/strings/str_cat.h"

namespace keyward::cli {
namespace {

constexpr std::size_t kReadBytes = std::size_t{64} << 10;

struct FreeReply {
  void operator()(redisReply* reply) const { freeReplyObject(reply); }
};

RedisReply Converted(const redisReply& reply) {
  switch (reply.type) {
    case REDIS_REPLY_STRING:
    case REDIS_REPLY_STATUS:
      return {RedisReply::Type::kText, std::string(reply.str, reply.len)};
    case REDIS_REPLY_ERROR:
      return {RedisReply::Type::kError, std::string(reply.str, reply.len)};
    case REDIS_REPLY_INTEGER:
      return {.type = RedisReply::Type::kInteger, .integer = reply.integer};
    case REDIS_REPLY_ARRAY: {
      RedisReply array{RedisReply::Type::kArray};
      array.elements.reserve(reply.elements);
      for (std::size_t i = 0; i < reply.elements; ++i) {
        array.elements.push_back(Converted(*reply.element[i]));
      }
      return array;
    }
    default:
      return {};
  }
}

// Redis repeats the arguments of a command that it does not know, secrets among them.
std::string WithoutArguments(const std::string& error) {
  return error.substr(0, error.find(", with args"));
}

}  // namespace

void RedisConnection::FreeReader::operator()(redisReader* reader) const { redisReaderFree(reader); }

RedisConnection::~RedisConnection() = default;

absl::StatusOr<std::unique_ptr<RedisConnection>> RedisConnection::Open(const RedisAddress& address,
                                                                       const RedisTls& tls) {
  auto socket = RedisSocket::Connect(address, tls);
  if (absl::IsInvalidArgument(socket.status())) return socket.status();
  if (!socket.ok()) {
    return absl::UnavailableError(absl::StrCat("cannot connect to Redis at ", address.Name(), ": ",
                                               socket.status().message()));
  }
  std::unique_ptr<RedisConnection> connection(new RedisConnection(address.Name()));
  connection->socket_ = *std::move(socket);
  connection->reader_.reset(redisReaderCreate());
  const absl::Status logged_in = connection->LogIn(address);
  if (!logged_in.ok()) return logged_in;
  return connection;
}

absl::Status RedisConnection::LogIn(const RedisAddress& address) {
  const std::string database = std::to_string(address.database);
  std::vector<std::string_view> login = {"AUTH"};
  if (!address.user.empty()) login.push_back(address.user);
  login.push_back(address.password);
  std::vector<std::vector<std::string_view>> commands = {{"PING"}};
  if (address.database != 0) commands.insert(commands.begin(), {"SELECT", database});
  if (!address.password.empty()) commands.insert(commands.begin(), login);
  for (const auto& command : commands) {
    const auto reply = Call(command);
    if (!reply.ok()) return reply.status();
    if (reply->type == RedisReply::Type::kError) {
      return absl::PermissionDeniedError(absl::StrCat("Redis at ", name_, " refuses ",
                                                      std::string(command[0]), ": ",
                                                      WithoutArguments(reply->text)));
    }
  }
  return absl::OkStatus();
}

void RedisConnection::Append(absl::Span<const std::string_view> arguments) {
  std::vector<const char*> texts;
  std::vector<std::size_t> sizes;
  for (const std::string_view each : arguments) {
    texts.push_back(each.data());
    sizes.push_back(each.size());
  }
  char* command = nullptr;
  const auto size = redisFormatCommandArgv(&command, static_cast<int>(arguments.size()),
                                           texts.data(), sizes.data());
  pending_.append(command, static_cast<std::size_t>(size));
  OPENSSL_cleanse(command, static_cast<std::size_t>(size));
  redisFreeCommand(command);
}

absl::Status RedisConnection::SendPending() {
  const absl::Status sent = socket_->Send(pending_);
  OPENSSL_cleanse(pending_.data(), pending_.size());
  pending_.clear();
  return sent.ok() ? sent : Lost(sent);
}

absl::StatusOr<RedisReply> RedisConnection::Read() {
  if (!pending_.empty()) {
    const absl::Status sent = SendPending();
    if (!sent.ok()) return sent;
  }
  std::array<char, kReadBytes> buffer;
  while (true) {
    void* reply = nullptr;
    if (redisReaderGetReply(reader_.get(), &reply) != REDIS_OK) {
      return Lost(absl::UnavailableError("it does not speak Redis's protocol"));
    }
    if (reply != nullptr) {
      const std::unique_ptr<redisReply, FreeReply> owned(static_cast<redisReply*>(reply));
      return Converted(*owned);
    }
    const auto received = socket_->Receive(buffer.data(), buffer.size());
    if (!received.ok()) return Lost(received.status());
    redisReaderFeed(reader_.get(), buffer.data(), *received);
  }
}

absl::StatusOr<RedisReply> RedisConnection::Call(absl::Span<const std::string_view> arguments) {
  Append(arguments);
  return Read();
}

absl::Status RedisConnection::Unexpected(std::string_view command, const RedisReply& reply) const {
  const std::string what = reply.type == RedisReply::Type::kError ? WithoutArguments(reply.text)
                                                                  : "an answer of another kind";
  return absl::FailedPreconditionError(
      absl::StrCat("Redis at ", name_, " answers ", std::string(command), " with: ", what));
}

absl::Status RedisConnection::Lost(const absl::Status& status) const {
  return absl::UnavailableError(
      absl::StrCat("lost the connection to Redis at ", name_, ": ", status.message()));
}

}  // namespace keyward::cli
