#ifndef KEYWARD_SERVER_NET_REFUSAL_LOG_H_
#define KEYWARD_SERVER_NET_REFUSAL_LOG_H_

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace keyward::net {

// Why a connection was turned away, or cut.
enum class Refusal {
  kMaxConnections,
  kMaxConnectionsPerAddress,
  kOutOfDescriptors,
  kOneSided,
  kRapidResets
};
inline constexpr size_t kRefusals = 5;

// Counts refused connections, and logs at most one line for each cause and kLogInterval: a flood
// must fill no disk. One thread adds, any may read.
class RefusalLog {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::seconds kLogInterval{10};

  void Add(Refusal cause, Clock::time_point now);
  int64_t count(Refusal cause) const { return causes_[static_cast<size_t>(cause)].count; }

 private:
  struct Cause {
    std::atomic<int64_t> count = 0;
    int64_t logged = 0;  // of `count`
    Clock::time_point next_line;
  };

  std::array<Cause, kRefusals> causes_;
};

}  // namespace keyward::net

#endif  // KEYWARD_SERVER_NET_REFUSAL_LOG_H_
