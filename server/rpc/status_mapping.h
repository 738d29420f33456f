#ifndef KEYWARD_SERVER_RPC_STATUS_MAPPING_H_
#define KEYWARD_SERVER_RPC_STATUS_MAPPING_H_

#include <grpcpp/grpcpp.h>

#include "absl/status/status.h"
#include "keyward/v1/status_details.pb.h"

namespace keyward::rpc {

// An error as callers see it: code, message, and google.rpc.ErrorInfo (and RetryInfo, where trying
// again may help) in the trailer grpc-status-details-bin.
grpc::Status ToGrpcStatus(const absl::Status& status);

// The same for an item of a batch. `status` is not OK.
v1::StatusDetails ToStatusDetails(const absl::Status& status);

// Adds grpc-retry-pushback-ms, which gRPC's own retries read, where the status has a retry delay.
void AddRetryPushback(const absl::Status& status, grpc::ServerContext& context);

}  // namespace keyward::rpc

#endif  // KEYWARD_SERVER_RPC_STATUS_MAPPING_H_
