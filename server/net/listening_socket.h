#ifndef KEYWARD_SERVER_NET_LISTENING_SOCKET_H_
#define KEYWARD_SERVER_NET_LISTENING_SOCKET_H_

#include <sys/stat.h>

#include <vector>

#include "absl/status/statusor.h"
#include "server/net/descriptor.h"
#include "server/net/listen_address.h"

namespace keyward::net {

// What listens on one ListenAddress: a name may stand for several addresses, each with a socket of
// its own. All are non-blocking. The file of a unix socket goes with it.
class ListeningSocket {
 public:
  // Listens from now on, so that connections wait to be accepted. The error names the address and
  // the cause. A port that another server has is never shared with it; a unix socket is taken over
  // only where nobody listens on it any more. 0.0.0.0 and [::] both stand for all of the machine's
  // addresses.
  static absl::StatusOr<ListeningSocket> Open(const ListenAddress& address);

  ListeningSocket(ListeningSocket&&) = default;
  ListeningSocket& operator=(ListeningSocket&&) = delete;
  ~ListeningSocket();

  // With the port that was taken.
  const ListenAddress& address() const { return address_; }
  const std::vector<Descriptor>& sockets() const { return sockets_; }

 private:
  explicit ListeningSocket(const ListenAddress& address) : address_(address) {}

  absl::Status OpenUnix();
  absl::Status OpenTcp();

  ListenAddress address_;
  std::vector<Descriptor> sockets_;
  // Tells the socket's file from one that another server has put in its place since.
  struct stat file_ = {};
};

}  // namespace keyward::net

#endif  // KEYWARD_SERVER_NET_LISTENING_SOCKET_H_
