#ifndef KEYWARD_SERVER_RPC_UNARY_METHOD_H_
#define KEYWARD_SERVER_RPC_UNARY_METHOD_H_

#include <grpcpp/grpcpp.h>

#include <cstddef>
#include <functional>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"

namespace keyward::rpc {

// How one unary RPC is served. The bodies are raw bytes to gRPC, so that messages live in the call slots
// and are used again, and a malformed one gets an answer of ours.
template <typename Request, typename Response>
struct UnaryMethod {
  using Done = absl::AnyInvocable<void(absl::Status)>;

  // Asks gRPC for the next call: the generated Request<Method>.
  std::function<void(grpc::ServerContext* context, grpc::ByteBuffer* request,
                     grpc::ServerAsyncResponseWriter<grpc::ByteBuffer>* writer,
                     grpc::CompletionQueue* calls, grpc::ServerCompletionQueue* notifications,
                     void* tag)>
      request_call;

  // Whether this peer may call it; asked before the request is read.
  std::function<absl::Status(const grpc::ServerContext&)> authorize;

  // Fills the response and calls `done` once, on any thread. Request and response live until then.
  std::function<void(const Request& request, Response& response, Done done)> handle;

  // Overwrites what is secret in a message that has served; null where nothing is.
  std::function<void(Request&)> wipe_request;
  std::function<void(Response&)> wipe_response;

  // How many calls wait ready for the next request on each queue.
  size_t ready_calls = 4;
  // Answered during a drain and over the limit too: health.
  bool always_admitted = false;
};

}  // namespace keyward::rpc

#endif  // KEYWARD_SERVER_RPC_UNARY_METHOD_H_
