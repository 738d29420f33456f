#ifndef KEYWARD_BENCH_CONNECTION_H_
#define KEYWARD_BENCH_CONNECTION_H_

#include <grpcpp/grpcpp.h>
#include <grpcpp/support/async_unary_call.h>

#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "bench/target.h"

namespace keyward::bench {

enum class Method { kEncrypt, kDecrypt, kBatchEncrypt, kBatchDecrypt };
inline constexpr size_t kMethods = 4;

// A connection of its own to a target, with the methods registered on it, as a generated stub has
// them.
class Connection {
 public:
  Connection(const Target& target, std::shared_ptr<grpc::ChannelCredentials> credentials);

  // False where the server does not answer in time.
  bool Wait(std::chrono::seconds timeout);

  grpc::Channel& channel() const { return *channel_; }
  const grpc::internal::RpcMethod& method(Method method) const {
    return *methods_[static_cast<size_t>(method)];
  }

 private:
  const std::shared_ptr<grpc::Channel> channel_;
  std::array<std::string, kMethods> names_;
  std::array<std::optional<grpc::internal::RpcMethod>, kMethods> methods_;
};

// A place for one call at a time, used again for the next. Bodies are raw: what is parsed, and
// when, is the caller's business.
class CallSlot {
 public:
  // The call's end comes out of `queue` with this slot as its tag.
  void Start(const Connection& connection, Method method, const grpc::ByteBuffer& request,
             grpc::CompletionQueue& queue);
  void Cancel() {
    if (context_) context_->TryCancel();
  }

  // Of the call that has ended.
  const grpc::Status& status() const { return status_; }
  grpc::ByteBuffer& response() { return response_; }

 private:
  using Reader = grpc::ClientAsyncResponseReader<grpc::ByteBuffer>;

  std::optional<grpc::ClientContext> context_;
  std::unique_ptr<Reader> reader_;  // lives in the call's own memory
  grpc::ByteBuffer response_;
  grpc::Status status_;
};

// One call, waited for. Not for what is measured.
absl::StatusOr<grpc::ByteBuffer> CallAndWait(const Connection& connection, Method method,
                                             const grpc::ByteBuffer& request);

}  // namespace keyward::bench

#endif  // KEYWARD_BENCH_CONNECTION_H_
