#ifndef KEYWARD_SERVER_NET_STREAM_COUNTS_H_
#define KEYWARD_SERVER_NET_STREAM_COUNTS_H_

#include <cstdint>
#include <optional>
#include <string>

namespace keyward::net {

// Streams (calls) that a connection may have open; what a client has beyond that waits on its side.
inline constexpr int64_t kMaxStreamsPerConnection = 256;

// Of one connection.
struct Streams {
  int64_t open = 0;        // gRPC has not done with them, be they reset or not
  int64_t unanswered = 0;  // have ended without an answer since it began: their client reset them
};

// What is known of connections by whom they were handed to. For one thread.
class StreamCounts {
 public:
  virtual ~StreamCounts() = default;

  // The id of a peer's connection, for as long as that is open; `peer` as PeerText has it. Looks
  // through all connections. Nothing where there is none, or none yet.
  virtual std::optional<int64_t> Find(const std::string& peer) = 0;

  virtual std::optional<Streams> Of(int64_t id) = 0;
};

}  // namespace keyward::net

#endif  // KEYWARD_SERVER_NET_STREAM_COUNTS_H_
