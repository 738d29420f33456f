#ifndef KEYWARD_SERVER_RPC_HEALTH_SERVICE_H_
#define KEYWARD_SERVER_RPC_HEALTH_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <optional>
#include <string_view>

#include "grpc/health/v1/health.grpc.pb.h"
#include "server/rpc/call_pool.h"
#include "server/rpc/call_queue.h"
#include "server/rpc/unary_method.h"

// grpc.health.v1, on the same slots as every other call. (gRPC 1.51's own runs on callback threads,
// which a flood of resets fills with memory.)
namespace keyward::rpc {

// What the health service answers. Thread-safe.
class HealthState {
 public:
  using Status = grpc::health::v1::HealthCheckResponse::ServingStatus;

  // "" and "keyward.v1.KeyService" are as last set, "liveness" is always SERVING, and any other
  // name is SERVICE_UNKNOWN.
  Status Get(std::string_view service) const;

  void SetServing(bool serving) { serving_ = serving; }
  // Ends the streams of those who watch.
  void Stop() { stopped_ = true; }
  bool stopped() const { return stopped_; }

 private:
  std::atomic<bool> serving_ = false;
  std::atomic<bool> stopped_ = false;
};

using HealthService = grpc::health::v1::Health::WithRawMethod_Check<
    grpc::health::v1::Health::WithAsyncMethod_Watch<grpc::health::v1::Health::Service>>;

using HealthCheckMethod =
    UnaryMethod<grpc::health::v1::HealthCheckRequest, grpc::health::v1::HealthCheckResponse>;

HealthCheckMethod MakeHealthCheckMethod(HealthService& service, const HealthState& state);

// A slot of Watch: sends the status, and each change of it, until the client goes or the server
// drains. Everything happens on threads that hold the queue.
class WatchCall final : public Event {
 public:
  using Pool = CallPool<WatchCall>;

  WatchCall(Pool& pool, HealthService& service, const HealthState& state);

  void Arm();
  void Proceed(bool ok) override;
  // The state may have changed.
  void Update();

 private:
  enum class Phase { kReady, kIdle, kWriting, kFinishing, kFinished };

  // Told by gRPC when the call is over, for whatever reason.
  class Over final : public Event {
   public:
    explicit Over(WatchCall& call) : call_(call) {}
    void Proceed(bool) override { call_.OnOver(); }

   private:
    WatchCall& call_;
  };

  void OnOver();
  void Send();
  void Finish(const grpc::Status& status);
  void EndIfDone();

  Pool& pool_;
  HealthService& service_;
  const HealthState& state_;

  Phase phase_ = Phase::kReady;
  bool over_ = false;
  Over over_event_{*this};
  HealthState::Status sent_ = grpc::health::v1::HealthCheckResponse::UNKNOWN;
  std::optional<grpc::ServerContext> context_;
  std::optional<grpc::ServerAsyncWriter<grpc::health::v1::HealthCheckResponse>> writer_;
  grpc::health::v1::HealthCheckRequest request_;
};

}  // namespace keyward::rpc

#endif  // KEYWARD_SERVER_RPC_HEALTH_SERVICE_H_
