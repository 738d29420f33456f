#include "server/rpc/health_service.h"

#include <utility>

#include "server/errors/errors.h"
#include "server/rpc/status_mapping.h"

namespace keyward::rpc {
namespace {

using grpc::health::v1::HealthCheckResponse;

// Streams that may watch at once on a queue: more than any balancer opens, and little memory.
constexpr size_t kMaxWatching = 64;

}  // namespace

HealthState::Status HealthState::Get(std::string_view service) const {
  if (service == "liveness") return HealthCheckResponse::SERVING;
  if (!service.empty() && service != "keyward.v1.KeyService") {
    return HealthCheckResponse::SERVICE_UNKNOWN;
  }
  return serving_ ? HealthCheckResponse::SERVING : HealthCheckResponse::NOT_SERVING;
}

HealthCheckMethod MakeHealthCheckMethod(HealthService& service, const HealthState& state) {
  HealthCheckMethod method;
  method.name = "Check";
  method.request_call = [&service](auto... call) { service.RequestCheck(call...); };
  method.handle = [&state](const CallScene&, const auto& request, auto& response, auto done) {
    const HealthState::Status status = state.Get(request.service());
    if (status == HealthCheckResponse::SERVICE_UNKNOWN) {
      return done(absl::NotFoundError("no such service"));
    }
    response.set_status(status);
    done(absl::OkStatus());
  };
  method.always_admitted = true;
  return method;
}

WatchCall::WatchCall(Pool& pool, HealthService& service, const HealthState& state)
    : pool_(pool), service_(service), state_(state) {}

void WatchCall::Arm() {
  phase_ = Phase::kReady;
  over_ = false;
  context_.emplace();
  writer_.emplace(&*context_);
  context_->AsyncNotifyWhenDone(&over_event_);
  service_.RequestWatch(&*context_, &request_, &*writer_, pool_.queue(), pool_.queue(), this);
}

void WatchCall::Proceed(bool ok) {
  switch (phase_) {
    case Phase::kReady:
      if (!ok) return pool_.Retire(*this);
      pool_.Taken();
      if (pool_.in_use() > kMaxWatching) return Finish(ToGrpcStatus(errors::Overloaded()));
      return Send();
    case Phase::kWriting:
      phase_ = Phase::kIdle;
      if (!ok || over_) return Finish(grpc::Status::CANCELLED);
      return Update();
    case Phase::kFinishing:
      phase_ = Phase::kFinished;
      return EndIfDone();
    case Phase::kIdle:
    case Phase::kFinished:
      return;
  }
}

void WatchCall::Update() {
  if (phase_ != Phase::kIdle) return;
  if (state_.stopped()) return Finish(ToGrpcStatus(errors::Draining()));
  if (state_.Get(request_.service()) != sent_) Send();
}

void WatchCall::OnOver() {
  over_ = true;
  if (phase_ == Phase::kIdle) return Finish(grpc::Status::CANCELLED);
  EndIfDone();
}

void WatchCall::Send() {
  phase_ = Phase::kWriting;
  sent_ = state_.Get(request_.service());
  HealthCheckResponse response;
  response.set_status(sent_);
  writer_->Write(response, this);
}

void WatchCall::Finish(const grpc::Status& status) {
  phase_ = Phase::kFinishing;
  writer_->Finish(status, this);
}

void WatchCall::EndIfDone() {
  if (phase_ != Phase::kFinished || !over_) return;
  request_.Clear();
  writer_.reset();
  context_.reset();
  pool_.Done(*this);
}

}  // namespace keyward::rpc
