#ifndef KEYWARD_SERVER_RPC_GRPC_LOG_H_
#define KEYWARD_SERVER_RPC_GRPC_LOG_H_

namespace keyward::rpc {

// Turns gRPC's own messages into lines of our log (event "grpc"), where its version allows that;
// until the server listens they are dropped, since our own message says it better. Protobuf's are
// dropped altogether: any peer can provoke them with a malformed body, which gets its answer from
// us.
void CaptureGrpcLog();
void ForwardGrpcLog();

}  // namespace keyward::rpc

#endif  // KEYWARD_SERVER_RPC_GRPC_LOG_H_
