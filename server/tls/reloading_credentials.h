#ifndef KEYWARD_SERVER_TLS_RELOADING_CREDENTIALS_H_
#define KEYWARD_SERVER_TLS_RELOADING_CREDENTIALS_H_

#include <memory>

#include "server/tls/identity_files.h"

namespace grpc {
class ServerCredentials;
}

namespace keyward::tls {

// Credentials that show each new connection the identity that `files` holds then, and let in only
// clients with a certificate that its client CA vouches for. TLS 1.2 and 1.3. Connections that
// stand go on as they were made. `files` must outlive the gRPC server.
//
// Each listener needs credentials of its own, and one socket: gRPC takes up a new identity within
// an accept, without a lock against another accept of the same credentials. A listener accepts on
// one thread at a time (an external connection acceptor on its caller's), but a name that stands
// for two addresses is two sockets.
std::shared_ptr<grpc::ServerCredentials> ReloadingCredentials(IdentityFiles& files);

}  // namespace keyward::tls

#endif  // KEYWARD_SERVER_TLS_RELOADING_CREDENTIALS_H_
