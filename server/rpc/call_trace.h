#ifndef KEYWARD_SERVER_RPC_CALL_TRACE_H_
#define KEYWARD_SERVER_RPC_CALL_TRACE_H_

#include <grpcpp/grpcpp.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "server/telemetry/trace_context.h"

namespace keyward::rpc {

// By what a call is found again elsewhere: in its caller's trace, by what it brought as
// `traceparent`, and by its request id.
//
// A caller names its request with `x-request-id`, and is told that name in the answer's trailing
// metadata. A call that fails without one is given one, so that whoever sees the error can say
// which it was.
class CallTrace {
 public:
  static constexpr char kRequestIdKey[] = "x-request-id";
  // Visible ASCII; what is longer, or has other characters, is no request id.
  static constexpr size_t kMaxRequestIdBytes = 128;

  // Takes what the call brought. Parts of it are looked at until Clear().
  void Take(const grpc::ServerContext& context);
  void Clear() { *this = CallTrace(); }

  // Gives the call a request id where it has none: 32 hexadecimal digits, at random.
  void NameRequest();

  // Puts the request id, if there is one, into the answer.
  void AddTo(grpc::ServerContext& context) const;

  // Nothing where the call brought no `traceparent`, several, or one that will not do.
  const std::optional<telemetry::TraceContext>& parent() const { return parent_; }
  // Empty where there is none.
  std::string_view request_id() const { return made_.empty() ? brought_ : made_; }

 private:
  std::optional<telemetry::TraceContext> parent_;
  std::string_view brought_;
  std::string made_;
};

}  // namespace keyward::rpc

#endif  // KEYWARD_SERVER_RPC_CALL_TRACE_H_
