#include "server/rpc/reflection_service.h"

#include <utility>

#include "server/errors/errors.h"
#include "server/rpc/reflection_answers.h"
#include "server/rpc/status_mapping.h"

namespace keyward::rpc {
namespace {

// Streams that may be open at once on a queue and version: people with grpcurl, not programs.
constexpr size_t kMaxOpen = 16;

}  // namespace

ReflectionCall::ReflectionCall(Pool& pool, RequestCall request_call,
                               const std::vector<std::string>& services, const HealthState& state)
    : pool_(pool), request_call_(std::move(request_call)), services_(services), state_(state) {}

void ReflectionCall::Arm() {
  phase_ = Phase::kReady;
  context_.emplace();
  stream_.emplace(&*context_);
  request_call_(&*context_, &*stream_, pool_.queue(), pool_.queue(), this);
}

void ReflectionCall::Proceed(bool ok) {
  switch (phase_) {
    case Phase::kReady:
      if (!ok) return pool_.Retire(*this);
      pool_.Taken();
      if (state_.stopped()) return Finish(ToGrpcStatus(errors::Draining()));
      if (pool_.in_use() > kMaxOpen) return Finish(ToGrpcStatus(errors::Overloaded()));
      return Read();
    case Phase::kReading:
      return ok ? Answer() : Finish(grpc::Status::OK);
    case Phase::kWriting:
      return ok ? Read() : Finish(grpc::Status::CANCELLED);
    case Phase::kFinishing:
      phase_ = Phase::kSpare;
      body_.Clear();
      stream_.reset();
      context_.reset();
      return pool_.Done(*this);
    case Phase::kSpare:
      return;
  }
}

void ReflectionCall::Update() {
  const bool open = phase_ == Phase::kReading || phase_ == Phase::kWriting;
  if (open && state_.stopped()) context_->TryCancel();
}

void ReflectionCall::Read() {
  phase_ = Phase::kReading;
  stream_->Read(&body_, this);
}

void ReflectionCall::Answer() {
  grpc::reflection::v1::ServerReflectionRequest request;
  if (!grpc::SerializationTraits<decltype(request)>::Deserialize(&body_, &request).ok()) {
    return Finish(
        ToGrpcStatus(errors::InvalidRequest("the request's body is not a message of its type")));
  }
  const auto response = AnswerReflection(request, services_);
  bool own_buffer = false;
  grpc::ByteBuffer body;
  grpc::SerializationTraits<std::remove_const_t<decltype(response)>>::Serialize(response, &body,
                                                                                &own_buffer);
  phase_ = Phase::kWriting;
  stream_->Write(body, this);
}

void ReflectionCall::Finish(const grpc::Status& status) {
  phase_ = Phase::kFinishing;
  stream_->Finish(status, this);
}

}  // namespace keyward::rpc
