#ifndef KEYWARD_SERVER_NET_ONE_SIDED_TRAFFIC_H_
#define KEYWARD_SERVER_NET_ONE_SIDED_TRAFFIC_H_

#include <cstdint>
#include <optional>

namespace keyward::net {

// What has gone over a connection since it began, in bytes; TLS's own are counted too.
struct Traffic {
  uint64_t received = 0;
  uint64_t sent = 0;
};

// Nothing for what is no TCP socket, and from kernels before 4.19.
std::optional<Traffic> TrafficOf(int socket);

// Knows a peer that sends without end what is never answered: header frames without an end, streams
// that are opened and reset at once, frames without content. gRPC goes on reading from such a peer
// for as long as something is there, and other connections' calls wait behind it.
//
// Everything else makes the server send something, and what it sends allows the peer so much more:
// calls are answered, and for the bytes of messages flow control gives the peer a further window,
// with an update for the connection and one for the stream. gRPC 1.51 grants at most a mebibyte
// with each pair.
class OneSidedTraffic {
 public:
  // What may come without an answer: the connection's first window, and twice that of header frames.
  static constexpr int64_t kFreeBytes = 192 * 1024;
  static constexpr int64_t kUpdateBytes = 13;
  static constexpr int64_t kAllowedPerSentByte = 2 * 1024 * 1024 / (2 * kUpdateBytes);
  // No more than this is allowed ahead: the bytes of all the requests that the server takes at once.
  static constexpr int64_t kMaxAllowedBytes = 256 * 1024 * 1024;
  // The server's own SETTINGS and its acknowledgement of the peer's are no answers.
  static constexpr uint64_t kGreetingBytes = 42;

  // Takes what the traffic has become. Whether it is one-sided.
  bool Judge(Traffic now);

 private:
  Traffic seen_{.received = 0, .sent = kGreetingBytes};
  int64_t allowed_ = kFreeBytes;
};

}  // namespace keyward::net

#endif  // KEYWARD_SERVER_NET_ONE_SIDED_TRAFFIC_H_
