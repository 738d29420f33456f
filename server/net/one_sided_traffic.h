#ifndef KEYWARD_SERVER_NET_ONE_SIDED_TRAFFIC_H_
#define KEYWARD_SERVER_NET_ONE_SIDED_TRAFFIC_H_

#include <cstdint>
#include <optional>

namespace keyward::net {

// What has gone over a connection since it began, in bytes; TLS's own are counted too.
struct Traffic {
  uint64_t read = 0;  // received, and taken out of the kernel's buffer
  uint64_t sent = 0;
};

// Nothing for what is no TCP socket, and from kernels before 4.19.
std::optional<Traffic> TrafficOf(int socket);

// Knows a peer that sends without end what needs no answer: header frames without an end, window
// updates, frames without content. gRPC goes on reading from such a peer for as long as something
// is there, and other connections' calls wait behind it.
//
// All else makes the server send something, and what it sends allows the peer so much more: for the
// bytes of messages flow control gives the peer a further window, whether they are taken or
// refused.
class OneSidedTraffic {
 public:
  // What may be read without an answer: the first window (64 KiB), and the header frames of as many
  // calls as a connection may have open (256), each with all the metadata that it may have (8 KiB);
  // and all that once more.
  static constexpr int64_t kFreeBytes = 2 * (64 + 256 * 8) * 1024;
  // gRPC 1.51 grants at most a mebibyte with one window update, of 13 bytes.
  static constexpr int64_t kAllowedPerSentByte = 1024 * 1024 / 13;
  // No more than this is allowed ahead: twice the windows that 64 uploads at once were seen to
  // have.
  static constexpr int64_t kMaxAllowedBytes = 64 * 1024 * 1024;
  // The server's own SETTINGS and its acknowledgement of the peer's are no answers.
  static constexpr uint64_t kGreetingBytes = 42;

  // Takes what the traffic has become. Whether it is one-sided.
  bool Judge(Traffic now);

 private:
  Traffic seen_{.read = 0, .sent = kGreetingBytes};
  int64_t allowed_ = kFreeBytes;
};

}  // namespace keyward::net

#endif  // KEYWARD_SERVER_NET_ONE_SIDED_TRAFFIC_H_
