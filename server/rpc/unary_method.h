#ifndef KEYWARD_SERVER_RPC_UNARY_METHOD_H_
#define KEYWARD_SERVER_RPC_UNARY_METHOD_H_

#include <grpcpp/grpcpp.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "server/auth/access.h"
#include "server/rpc/audit_records.h"
#include "server/telemetry/call_counters.h"
#include "server/telemetry/named_counters.h"

namespace keyward::rpc {

// What serves a call may know of its caller.
struct CallScene {
  const auth::Access* access;  // null for those that everyone may call: health
  // Whether there is an audit log, which wants to hear of each item of a batch.
  bool recorded;
  // Where errors are counted by reason; null: nowhere. The call's own is counted for it.
  telemetry::NamedCounters* refusals;
};

// How one unary RPC is served. The bodies are raw bytes to gRPC, so that messages live in the call
// slots and are used again, and a malformed one gets an answer of ours.
template <typename Request, typename Response>
struct UnaryMethod {
  using Done = absl::AnyInvocable<void(absl::Status)>;

  // The RPC's bare name, such as "Encrypt".
  std::string_view name;

  // Asks gRPC for the next call: the generated Request<Method>.
  std::function<void(grpc::ServerContext* context, grpc::ByteBuffer* request,
                     grpc::ServerAsyncResponseWriter<grpc::ByteBuffer>* writer,
                     grpc::CompletionQueue* calls, grpc::ServerCompletionQueue* notifications,
                     void* tag)>
      request_call;

  // Told of a request as soon as it is read, before anybody asks whether it is allowed: what it
  // will need can be fetched meanwhile; null: nothing.
  std::function<void(const Request&)> announce;

  // How many items it asks for, by which a limited caller is charged; null: one.
  std::function<int64_t(const Request&)> count;

  // Whether the caller may have it, asked before the request is checked; null: everyone may, or
  // each item is judged by itself.
  std::function<absl::Status(const auth::Access&, const Request&)> authorize;

  // Fills the response and calls `done` once, on any thread. All arguments live until then.
  std::function<void(const CallScene& scene, const Request& request, Response& response, Done done)>
      handle;

  // Adds what the audit log tells of it; `status` is what the caller is told, and the response is
  // filled where it is OK. Null: it is not recorded.
  std::function<void(const Request& request, const Response& response, const absl::Status& status,
                     AuditRecords& records)>
      record;

  // Overwrites what is secret in a message that has served; null where nothing is.
  std::function<void(Request&)> wipe_request;
  std::function<void(Response&)> wipe_response;

  // Of all its calls.
  std::shared_ptr<telemetry::CallCounters> calls = std::make_shared<telemetry::CallCounters>();

  // How many calls wait ready for the next request on each queue.
  size_t ready_calls = 4;
  // Answered during a drain and over the limit too: health.
  bool always_admitted = false;
};

}  // namespace keyward::rpc

#endif  // KEYWARD_SERVER_RPC_UNARY_METHOD_H_
