#ifndef KEYWARD_SERVER_NET_CONNECTION_TABLE_H_
#define KEYWARD_SERVER_NET_CONNECTION_TABLE_H_

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "server/net/conduct.h"
#include "server/net/refusal_log.h"

namespace keyward::net {

struct ConnectionLimits {
  int64_t in_all = 0;
  int64_t per_network = 0;  // see PeerNetwork
};

// Counts the open connections. Whom they are handed to closes them and tells nobody, so each is
// remembered by its descriptor and the inode behind it: while it is open the two belong together,
// and the kernel gives the inode's number to no other socket before four billion more were made.
// For one thread.
class ConnectionTable {
 public:
  using Clock = std::chrono::steady_clock;
  enum class Answer { kAdmitted, kTooMany, kTooManyOfNetwork };

  explicit ConnectionTable(ConnectionLimits limits) : limits_(limits) {}

  // Whether `socket`, just accepted, is within the limits; if so it is counted. Where a limit is
  // reached it first looks for connections that have ended, though not more often than each
  // kSweepInterval: a flood must not make it do that for each of its connections.
  Answer Admit(int socket, const std::string& network, Clock::time_point now);

  // Forgets those that have ended.
  void Sweep(Clock::time_point now);

  // Cuts the connections whose peers behave as no client does, and tells why; see Conduct. Whom
  // they were handed to sees an end, as if the peer had closed them. `streams` may be null.
  std::vector<Refusal> CutAbusive(StreamCounts* streams, Clock::time_point now);

  int64_t size() const { return static_cast<int64_t>(connections_.size()); }

  static constexpr std::chrono::milliseconds kSweepInterval{20};

 private:
  struct Connection {
    ino_t inode;
    std::string network;
    Conduct conduct;
    bool is_cut;  // and not closed yet by whom it was handed to
  };
  using Connections = std::unordered_map<int, Connection>;

  Answer Check(const std::string& network) const;
  Connections::iterator Forget(Connections::iterator connection);

  const ConnectionLimits limits_;
  Connections connections_;  // by descriptor
  std::unordered_map<std::string, int64_t> per_network_;
  Clock::time_point last_sweep_;
};

}  // namespace keyward::net

#endif  // KEYWARD_SERVER_NET_CONNECTION_TABLE_H_
