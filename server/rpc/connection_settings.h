#ifndef KEYWARD_SERVER_RPC_CONNECTION_SETTINGS_H_
#define KEYWARD_SERVER_RPC_CONNECTION_SETTINGS_H_

#include <grpcpp/server_builder.h>

namespace keyward::rpc {

// What gRPC allows a connection: see docs/OPERATIONS.md.
void ConfigureConnections(grpc::ServerBuilder& builder);

}  // namespace keyward::rpc

#endif  // KEYWARD_SERVER_RPC_CONNECTION_SETTINGS_H_
