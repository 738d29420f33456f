#ifndef KEYWARD_SERVER_NET_CONDUCT_H_
#define KEYWARD_SERVER_NET_CONDUCT_H_

#include <chrono>
#include <cstdint>
#include <optional>

#include "server/net/one_sided_traffic.h"
#include "server/net/rapid_resets.h"
#include "server/net/refusal_log.h"
#include "server/net/stream_counts.h"

namespace keyward::net {

// How the peer of one connection behaves, by what TCP and `streams` count of it. No limit that
// gRPC 1.51 has holds before the peer acknowledges it, or bounds what one reading takes on.
class Conduct {
 public:
  using Clock = std::chrono::steady_clock;

  // Why the connection is to be cut; nothing where it may stay. `streams` may be null.
  std::optional<Refusal> Judge(int socket, StreamCounts* streams, Clock::time_point now);

  // To ask for streams costs microseconds, so it is done each time that so much has been read:
  // enough for three hundred streams of the smallest kind.
  static constexpr uint64_t kAskEachBytes = 8 * 1024;

 private:
  bool ResetsTooMuch(int socket, StreamCounts& streams, Clock::time_point now);

  OneSidedTraffic traffic_;
  RapidResets resets_;
  std::optional<int64_t> id_;  // in StreamCounts
  uint64_t asked_at_ = 0;      // bytes read
};

}  // namespace keyward::net

#endif  // KEYWARD_SERVER_NET_CONDUCT_H_
