#include "server/net/connection_table.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <iterator>
#include <optional>

#include "server/net/descriptor.h"

namespace keyward::net {
namespace {

// 0 where the descriptor is closed, or is no socket.
ino_t InodeOf(int fd) {
  struct stat found {};
  return fstat(fd, &found) == 0 && S_ISSOCK(found.st_mode) ? found.st_ino : 0;
}

// A duplicate keeps what is behind it, while the number may be closed and given to another at any
// time. To dissolve the connection drops what is received but not read yet: after a mere shutdown,
// all of that would be read first.
void Cut(int fd, ino_t inode) {
  const Descriptor connection(fcntl(fd, F_DUPFD_CLOEXEC, 0));
  if (InodeOf(connection.fd()) != inode) return;
  const sockaddr none{.sa_family = AF_UNSPEC, .sa_data = {}};
  connect(connection.fd(), &none, sizeof(none));
}

}  // namespace

ConnectionTable::Answer ConnectionTable::Admit(int socket, const std::string& network,
                                               Clock::time_point now) {
  // The kernel has given the number anew, so the connection that had it is closed.
  if (const auto former = connections_.find(socket); former != connections_.end()) Forget(former);
  Answer answer = Check(network);
  if (answer != Answer::kAdmitted && now - last_sweep_ >= kSweepInterval) {
    Sweep(now);
    answer = Check(network);
  }
  if (answer != Answer::kAdmitted) return answer;
  connections_.emplace(socket, Connection{InodeOf(socket), network, {}, false});
  if (!network.empty()) ++per_network_[network];
  return answer;
}

void ConnectionTable::Sweep(Clock::time_point now) {
  last_sweep_ = now;
  for (auto each = connections_.begin(); each != connections_.end();) {
    each = InodeOf(each->first) == each->second.inode ? std::next(each) : Forget(each);
  }
}

std::vector<Refusal> ConnectionTable::CutAbusive(StreamCounts* streams, Clock::time_point now) {
  std::vector<Refusal> causes;
  for (auto& [fd, connection] : connections_) {
    if (connection.is_cut) continue;
    const std::optional<Refusal> cause = connection.conduct.Judge(fd, streams, now);
    if (!cause) continue;
    Cut(fd, connection.inode);
    connection.is_cut = true;
    causes.push_back(*cause);
  }
  return causes;
}

ConnectionTable::Answer ConnectionTable::Check(const std::string& network) const {
  if (size() >= limits_.in_all) return Answer::kTooMany;
  const auto found = per_network_.find(network);
  const bool full = found != per_network_.end() && found->second >= limits_.per_network;
  return full ? Answer::kTooManyOfNetwork : Answer::kAdmitted;
}

ConnectionTable::Connections::iterator ConnectionTable::Forget(Connections::iterator connection) {
  const auto count = per_network_.find(connection->second.network);
  if (count != per_network_.end() && --count->second == 0) per_network_.erase(count);
  return connections_.erase(connection);
}

}  // namespace keyward::net
