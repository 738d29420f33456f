#ifndef KEYWARD_CLIENT_CPP_SRC_UNARY_CALL_H_
#define KEYWARD_CLIENT_CPP_SRC_UNARY_CALL_H_

#include <grpcpp/client_context.h>

#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "client/cpp/src/status_conversion.h"

namespace keyward::client {

// A stub's blocking method.
template <typename Stub, typename Request, typename Response>
using UnaryMethod = grpc::Status (Stub::*)(grpc::ClientContext*, const Request&, Response*);

// One blocking call; `deadline` counts from now.
template <typename Stub, typename Request, typename Response>
absl::StatusOr<Response> CallUnary(Stub& stub, UnaryMethod<Stub, Request, Response> method,
                                   const Request& request, absl::Duration deadline) {
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + deadline));
  Response response;
  const grpc::Status status = (stub.*method)(&context, request, &response);
  if (!status.ok()) return FromGrpcStatus(status, context);
  return response;
}

}  // namespace keyward::client

#endif  // KEYWARD_CLIENT_CPP_SRC_UNARY_CALL_H_
