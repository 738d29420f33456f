#ifndef KEYWARD_SERVER_NET_ACCEPTOR_H_
#define KEYWARD_SERVER_NET_ACCEPTOR_H_

#include <sys/socket.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "server/net/connection_table.h"
#include "server/net/descriptor.h"
#include "server/net/listening_socket.h"
#include "server/net/refusal_log.h"
#include "server/net/stream_counts.h"

namespace keyward::net {

// Takes a connection, a non-blocking socket, and closes it in the end. Must not wait.
using HandOver = std::function<void(int connection)>;

struct AcceptorListener {
  ListeningSocket socket;
  HandOver hand_over;
};

// Accepts connections on a thread of its own and hands them over. (gRPC 1.51's own listener has no
// limits, and stops for good once descriptors have run out.)
//
// Beyond the limits a connection is accepted and closed at once, so that the backlog stays free for
// those that will be within them again. Where the process is out of descriptors, a spare one is
// given up to do the same. A connection whose peer behaves as no client does is cut; see Conduct.
// All of it is counted by cause, and logged, though not each.
class Acceptor {
 public:
  // Accepts from now on; descriptors of the process should suffice for the limits.
  // `streams`, asked on its thread, tells of the connections' streams; null: nobody does. `on_look`
  // is called there too, every few milliseconds while there are connections and the process works.
  Acceptor(
      std::vector<AcceptorListener> listeners, ConnectionLimits limits,
      std::unique_ptr<StreamCounts> streams = nullptr, std::function<void()> on_look = [] {});
  Acceptor(const Acceptor&) = delete;
  Acceptor& operator=(const Acceptor&) = delete;
  ~Acceptor();

  // Closes the listening sockets: when it returns nothing is handed over any more, and who still
  // waits in a backlog has been turned away. May be called again.
  void Stop();

  // Connections turned away since the start. Thread-safe.
  int64_t refused(Refusal cause) const { return refusals_.count(cause); }

 private:
  void Watch(int socket, uint64_t tag);
  void Run();
  // Accepts what waits on a socket, within bounds. False where it is out of descriptors and of the
  // spare one.
  bool AcceptSome(int socket, const HandOver& hand_over);
  void Take(Descriptor connection, const sockaddr_storage& peer, const HandOver& hand_over);
  bool TurnAwayWithSpare(int socket);
  // Looks at the connections' traffic, if the process has worked since and it costs little of that.
  void LookAtTraffic();
  int UntilNextLook() const;  // milliseconds; -1: there is none
  void WaitForDescriptors();
  void Refuse(Descriptor connection, Refusal cause);

  struct Source {
    int socket;
    const HandOver* hand_over;
  };

  std::vector<AcceptorListener> listeners_;
  std::vector<Source> sources_;  // constant once the thread runs, as are the listeners until Stop
  const Descriptor epoll_;
  const Descriptor stop_;
  RefusalLog refusals_;
  // The thread's own.
  Descriptor spare_;
  const std::unique_ptr<StreamCounts> streams_;
  const std::function<void()> on_look_;
  ConnectionTable connections_;
  std::chrono::nanoseconds processor_time_seen_{0};
  bool is_busy_ = false;
  ConnectionTable::Clock::time_point next_look_;
  std::thread thread_;
};

}  // namespace keyward::net

#endif  // KEYWARD_SERVER_NET_ACCEPTOR_H_
