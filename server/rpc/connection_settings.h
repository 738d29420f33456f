#ifndef KEYWARD_SERVER_RPC_CONNECTION_SETTINGS_H_
#define KEYWARD_SERVER_RPC_CONNECTION_SETTINGS_H_

#include <grpcpp/server_builder.h>

#include "absl/time/time.h"

namespace keyward::rpc {

// What gRPC allows a connection: see docs/OPERATIONS.md.
// `max_age`, within a tenth of it: then the client is sent GOAWAY, makes its next calls on a new
// connection, and has an hour for those under way. Zero: never.
void ConfigureConnections(grpc::ServerBuilder& builder, absl::Duration max_age);

}  // namespace keyward::rpc

#endif  // KEYWARD_SERVER_RPC_CONNECTION_SETTINGS_H_
