#ifndef KEYWARD_SERVER_RPC_CALLER_H_
#define KEYWARD_SERVER_RPC_CALLER_H_

#include <grpc/grpc_security.h>
#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "server/auth/principal.h"

namespace keyward::rpc {

// Who makes a call.
struct Caller {
  auth::Principal principal;
  std::string peer;  // gRPC's name of the other end, such as "ipv4:10.0.0.7:4711"
};

// Tells who calls, by what gRPC knows of the connection; those of the latest connections are
// remembered. For one thread at a time.
class Callers {
 public:
  // `unix_path`: of the unix socket that the server listens on, where there is but one. Where there
  // are several, each tells its own: see NameUnixListener.
  explicit Callers(std::string unix_path) : unix_path_(std::move(unix_path)) {}

  // errors::Unauthenticated for a certificate whose names will not do.
  std::shared_ptr<const absl::StatusOr<Caller>> Of(grpc::ServerContext& context);

 private:
  // A call's holds its connection's, which is not used for another one before it is released.
  struct Release {
    void operator()(grpc_auth_context* context) const { grpc_auth_context_release(context); }
  };
  using AuthContext = std::unique_ptr<grpc_auth_context, Release>;
  struct Known {
    AuthContext context;
    std::shared_ptr<const absl::StatusOr<Caller>> caller;
  };

  absl::StatusOr<Caller> Identify(const grpc_auth_context* context, std::string peer) const;

  const std::string unix_path_;
  absl::flat_hash_map<const grpc_auth_context*, Known> known_;
};

// Makes each connection that comes in under these credentials tell that unix socket's path.
void NameUnixListener(grpc::ServerCredentials& credentials, std::string path);

}  // namespace keyward::rpc

#endif  // KEYWARD_SERVER_RPC_CALLER_H_
