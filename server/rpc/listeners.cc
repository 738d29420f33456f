#include "server/rpc/listeners.h"

#include <grpcpp/security/server_credentials.h>

#include <memory>
#include <utility>

#include "server/net/listening_socket.h"
#include "server/rpc/caller.h"
#include "server/tls/reloading_credentials.h"

namespace keyward::rpc {
namespace {

using ConnectionAcceptor = grpc::experimental::ExternalConnectionAcceptor;

// The local credentials put nothing on the wire; they turn away peers of other machines, and mark
// calls so that those of an insecure listener are told apart.
std::shared_ptr<grpc::ServerCredentials> Credentials(const Listener& listener,
                                                     tls::IdentityFiles* tls) {
  switch (listener.reach) {
    case Reach::kLocal:
      return grpc::experimental::LocalServerCredentials(listener.address.is_unix() ? UDS
                                                                                   : LOCAL_TCP);
    case Reach::kMutualTls:
      return tls::ReloadingCredentials(*tls);
    case Reach::kAnyone:
      return grpc::InsecureServerCredentials();
  }
  return nullptr;
}

}  // namespace

std::string OnlyUnixPath(const std::vector<Listener>& listeners) {
  std::string path;
  for (const Listener& listener : listeners) {
    if (!listener.address.is_unix()) continue;
    if (!path.empty()) return "";
    path = listener.address.unix_path;
  }
  return path;
}

absl::StatusOr<std::vector<net::AcceptorListener>> Open(const std::vector<Listener>& listeners,
                                                        tls::IdentityFiles* tls,
                                                        grpc::ServerBuilder& builder) {
  const bool must_be_named = OnlyUnixPath(listeners).empty();
  std::vector<net::AcceptorListener> opened;
  for (const Listener& listener : listeners) {
    auto socket = net::ListeningSocket::Open(listener.address);
    if (!socket.ok()) return socket.status();
    const auto credentials = Credentials(listener, tls);
    if (listener.address.is_unix() && must_be_named) {
      NameUnixListener(*credentials, listener.address.unix_path);
    }
    const std::shared_ptr<ConnectionAcceptor> acceptor =
        builder.experimental().AddExternalConnectionAcceptor(
            grpc::ServerBuilder::experimental_type::ExternalConnectionType::FROM_FD, credentials);
    const int listening = socket->sockets().front().fd();
    opened.push_back({*std::move(socket), [acceptor, listening](int connection) {
                        ConnectionAcceptor::NewConnectionParameters handed_over;
                        handed_over.listener_fd = listening;  // newer gRPC takes none without
                        handed_over.fd = connection;
                        acceptor->HandleNewConnection(&handed_over);
                      }});
  }
  return opened;
}

}  // namespace keyward::rpc
