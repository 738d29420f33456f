#ifndef KEYWARD_CLIENT_CPP_SRC_STATUS_CONVERSION_H_
#define KEYWARD_CLIENT_CPP_SRC_STATUS_CONVERSION_H_

#include <grpcpp/client_context.h>
#include <grpcpp/support/status.h>

#include <string_view>

#include "absl/status/status.h"
#include "keyward/v1/status_details.pb.h"

namespace keyward::client {

// How the call of `context` failed: the code and the message as they are, and every detail of the
// trailers as a payload.
absl::Status FromGrpcStatus(const grpc::Status& status, const grpc::ClientContext& context);

// The same of an item of a batch; INTERNAL where it says OK.
absl::Status FromStatusDetails(const v1::StatusDetails& details);

// INVALID_ARGUMENT with one of Keyward's reasons, for a request that cannot be sent at all: a
// caller sees what the server would have answered.
absl::Status RefusedHere(std::string_view reason, std::string_view message);

}  // namespace keyward::client

#endif  // KEYWARD_CLIENT_CPP_SRC_STATUS_CONVERSION_H_
