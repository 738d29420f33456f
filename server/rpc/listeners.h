#ifndef KEYWARD_SERVER_RPC_LISTENERS_H_
#define KEYWARD_SERVER_RPC_LISTENERS_H_

#include <grpcpp/grpcpp.h>

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/net/acceptor.h"
#include "server/net/listen_address.h"
#include "server/tls/identity_files.h"

namespace keyward::rpc {

// Who reaches a listener: this machine alone, who has a certificate, or anyone.
enum class Reach { kLocal, kMutualTls, kAnyone };

struct Listener {
  net::ListenAddress address;
  Reach reach = Reach::kLocal;
};

// The path of the only unix socket among them; empty where there is none, or more than one.
std::string OnlyUnixPath(const std::vector<Listener>& listeners);

// Opens them, in their order. What a socket then accepts goes to the server that `builder` builds.
// `tls`: there where one is of kMutualTls.
absl::StatusOr<std::vector<net::AcceptorListener>> Open(const std::vector<Listener>& listeners,
                                                        tls::IdentityFiles* tls,
                                                        grpc::ServerBuilder& builder);

}  // namespace keyward::rpc

#endif  // KEYWARD_SERVER_RPC_LISTENERS_H_
