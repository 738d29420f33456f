#ifndef KEYWARD_SERVER_NET_RAPID_RESETS_H_
#define KEYWARD_SERVER_NET_RAPID_RESETS_H_

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "server/net/stream_counts.h"

namespace keyward::net {

// Knows a peer that resets its streams faster than any client whose calls time out. A stream that
// is opened and reset at once costs as much as a call, and counts against no limit on streams,
// though gRPC may hold thousands that it has not done with.
class RapidResets {
 public:
  using Clock = std::chrono::steady_clock;

  // A client may give up all its calls, and again sixteen times each second: those whose deadlines
  // are short, against a server that is slow just then, and those that hedge.
  static constexpr int64_t kMaxResets = 8 * kMaxStreamsPerConnection;
  static constexpr std::chrono::milliseconds kRefill{500};

  // What is answered counts as open for a while, so an ordinary client was seen with an eighth more
  // than it may have; and one that has given up all its calls may make as many anew at once.
  static constexpr int64_t kMaxOpen = 5 * kMaxStreamsPerConnection / 2;

  // Takes what the connection's streams have become. Whether they are too many.
  bool Judge(Streams now_seen, Clock::time_point now) {
    const int64_t passed = (now - judged_) / std::chrono::milliseconds(1);
    const int64_t refill =
        kMaxResets * std::min<int64_t>(passed, kRefill.count()) / kRefill.count();
    if (refill > 0) {
      allowed_ = std::min(allowed_ + refill, kMaxResets);
      judged_ = now;
    }
    allowed_ -= now_seen.unanswered - seen_;
    seen_ = now_seen.unanswered;
    return allowed_ < 0 || now_seen.open > kMaxOpen;
  }

 private:
  int64_t seen_ = 0;
  int64_t allowed_ = kMaxResets;
  Clock::time_point judged_;
};

}  // namespace keyward::net

#endif  // KEYWARD_SERVER_NET_RAPID_RESETS_H_
