#ifndef KEYWARD_SERVER_RPC_REFLECTION_SERVICE_H_
#define KEYWARD_SERVER_RPC_REFLECTION_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "grpc/reflection/v1/reflection.grpc.pb.h"
#include "grpc/reflection/v1alpha/reflection.grpc.pb.h"
#include "server/rpc/call_pool.h"
#include "server/rpc/call_queue.h"
#include "server/rpc/health_service.h"

// grpc.reflection v1 and v1alpha, whose messages are the same on the wire: the bodies are left as
// bytes and read as v1. On our own slots, since gRPC's plugin would serve them on threads without
// number.
namespace keyward::rpc {

using ReflectionService =
    grpc::reflection::v1::ServerReflection::WithRawMethod_ServerReflectionInfo<
        grpc::reflection::v1::ServerReflection::Service>;
using ReflectionAlphaService =
    grpc::reflection::v1alpha::ServerReflection::WithRawMethod_ServerReflectionInfo<
        grpc::reflection::v1alpha::ServerReflection::Service>;

// A slot of ServerReflectionInfo: answers request after request until the client is done.
// Everything happens on threads that hold the queue.
class ReflectionCall final : public Event {
 public:
  using Pool = CallPool<ReflectionCall>;
  using Stream = grpc::ServerAsyncReaderWriter<grpc::ByteBuffer, grpc::ByteBuffer>;
  // The generated RequestServerReflectionInfo of either version.
  using RequestCall = std::function<void(grpc::ServerContext*, Stream*, grpc::CompletionQueue*,
                                         grpc::ServerCompletionQueue*, void* tag)>;

  // `services` and `state` must outlive it.
  ReflectionCall(Pool& pool, RequestCall request_call, const std::vector<std::string>& services,
                 const HealthState& state);

  void Arm();
  void Proceed(bool ok) override;
  // The state may have changed: ends the call, if there is one and the server is about to stop.
  void Update();

 private:
  enum class Phase { kSpare, kReady, kReading, kWriting, kFinishing };

  void Read();
  void Answer();
  void Finish(const grpc::Status& status);

  Pool& pool_;
  const RequestCall request_call_;
  const std::vector<std::string>& services_;
  const HealthState& state_;

  Phase phase_ = Phase::kSpare;
  std::optional<grpc::ServerContext> context_;
  std::optional<Stream> stream_;
  grpc::ByteBuffer body_;
};

}  // namespace keyward::rpc

#endif  // KEYWARD_SERVER_RPC_REFLECTION_SERVICE_H_
