#include "server/rpc/channelz_counts.h"

#include <grpc/grpc.h>
#include <grpc/support/alloc.h>

#include <charconv>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "server/telemetry/log.h"

namespace keyward::rpc {
namespace {

constexpr intptr_t kAll = std::numeric_limits<int32_t>::max();
// A connection that has just ended is not found either.
constexpr int kMissesThatTell = 3;

// Takes over what the C library has allocated. JSON without white space, whose keys are in order.
std::string Text(char* json) {
  std::string text = json == nullptr ? "" : json;
  gpr_free(json);
  return text;
}

// The number, written as a string, that follows `key`; `json` goes on after it.
std::optional<int64_t> NumberAfter(std::string_view key, std::string_view& json) {
  const size_t found = json.find(key);
  if (found == std::string_view::npos) return std::nullopt;
  json.remove_prefix(found + key.size());
  int64_t number = 0;
  const auto read = std::from_chars(json.data(), json.data() + json.size(), number);
  return read.ec == std::errc() ? std::optional(number) : std::nullopt;
}

class ChannelzCounts final : public net::StreamCounts {
 public:
  std::optional<int64_t> Find(const std::string& peer) override {
    if (peer.empty()) return std::nullopt;
    const std::optional<int64_t> id = LookUp(peer);
    if (id) {
      has_found_ = true;
    } else if (!has_found_ && ++misses_ == kMissesThatTell) {
      telemetry::Log(telemetry::LogLevel::kWarning, "streams_not_counted");
    }
    return id;
  }

  std::optional<net::Streams> Of(int64_t id) override {
    const std::string socket = Text(grpc_channelz_get_socket(id));
    if (socket.empty()) return std::nullopt;
    const auto count = [&socket](std::string_view key) {
      std::string_view all = socket;
      return NumberAfter(key, all).value_or(0);  // what is zero is left out
    };
    const int64_t failed = count(R"("streamsFailed":")");
    const int64_t succeeded = count(R"("streamsSucceeded":")");
    const int64_t started = count(R"("streamsStarted":")");
    return net::Streams{.open = started - succeeded - failed, .unanswered = failed};
  }

 private:
  static std::optional<int64_t> LookUp(const std::string& peer) {
    const std::string key =
        absl::StrCat(absl::StrReplaceAll(peer, {{"[", "%5B"}, {"]", "%5D"}}), R"(","socketId":")");
    const std::string servers = Text(grpc_channelz_get_servers(0));
    std::string_view rest = servers;
    while (const auto server = NumberAfter(R"("serverId":")", rest)) {
      const std::string sockets = Text(grpc_channelz_get_server_sockets(*server, 0, kAll));
      std::string_view all = sockets;
      if (const auto id = NumberAfter(key, all)) return id;
    }
    return std::nullopt;
  }

  bool has_found_ = false;
  int misses_ = 0;
};

}  // namespace

std::unique_ptr<net::StreamCounts> MakeChannelzCounts() {
  return std::make_unique<ChannelzCounts>();
}

}  // namespace keyward::rpc
