#ifndef KEYWARD_SERVER_RPC_UNARY_CALL_H_
#define KEYWARD_SERVER_RPC_UNARY_CALL_H_

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "server/errors/errors.h"
#include "server/rpc/admission.h"
#include "server/rpc/call_pool.h"
#include "server/rpc/call_queue.h"
#include "server/rpc/message_stock.h"
#include "server/rpc/status_mapping.h"
#include "server/rpc/unary_method.h"

namespace keyward::rpc {

// A call slot of a unary method: takes a call, answers it, and takes the next one. One operation is under
// way at a time. The queue's thread takes the call; any one thread answers it. Its messages are lent to it
// while it needs them.
template <typename Request, typename Response>
class UnaryCall final : public Event {
 public:
  using Method = UnaryMethod<Request, Response>;
  using Pool = CallPool<UnaryCall>;
  using Stock = MessageStock<Request, Response>;

  UnaryCall(Pool& pool, const Method& method, Admission& admission, Stock& stock)
      : pool_(pool), method_(method), admission_(admission), stock_(stock) {}

  void Arm() {
    state_ = State::kReady;
    context_.emplace();
    writer_.emplace(&*context_);
    method_.request_call(&*context_, &body_, &*writer_, pool_.queue(), pool_.queue(), this);
  }

  void Proceed(bool ok) override {
    if (state_ == State::kAnswering) return End();
    if (!ok) return pool_.Retire(*this);
    pool_.Taken();
    state_ = State::kAnswering;
    Serve();
  }

 private:
  enum class State { kReady, kAnswering };

  void Serve() {
    // Reading the message empties the body.
    request_bytes_ = body_.Length();
    const absl::Status admitted = admission_.Enter(request_bytes_);
    if (!admitted.ok() && !method_.always_admitted) return Answer(admitted);
    if (method_.authorize) {
      if (absl::Status status = method_.authorize(*context_); !status.ok()) return Answer(status);
    }
    messages_ = stock_.Take();
    if (!grpc::SerializationTraits<Request>::Deserialize(&body_, &messages_->request).ok()) {
      return Answer(errors::InvalidRequest("the request's body is not a message of its type"));
    }
    method_.handle(messages_->request, messages_->response,
                   [this](absl::Status status) { Answer(std::move(status)); });
  }

  // The last thing done with the slot on this thread: once Finish is called, the queue's may use it.
  void Answer(absl::Status status) {
    if (messages_ != nullptr && method_.wipe_request) method_.wipe_request(messages_->request);
    if (!status.ok()) {
      AddRetryPushback(status, *context_);
      writer_->FinishWithError(ToGrpcStatus(status), this);
      return;
    }
    bool own_buffer = false;
    grpc::ByteBuffer body;
    grpc::SerializationTraits<Response>::Serialize(messages_->response, &body, &own_buffer);
    response_bytes_ = body.Length();
    if (method_.wipe_response) method_.wipe_response(messages_->response);
    if (pool_.OnItsThread()) GiveMessagesBack();
    writer_->Finish(body, grpc::Status::OK, this);
  }

  void End() {
    admission_.Leave(request_bytes_);
    if (messages_ != nullptr) GiveMessagesBack();
    response_bytes_ = 0;
    body_.Clear();
    writer_.reset();
    context_.reset();
    pool_.Done(*this);
  }

  void GiveMessagesBack() {
    stock_.Give(std::move(messages_), std::max(request_bytes_, response_bytes_));
  }

  Pool& pool_;
  const Method& method_;
  Admission& admission_;
  Stock& stock_;

  State state_ = State::kReady;
  std::optional<grpc::ServerContext> context_;
  std::optional<grpc::ServerAsyncResponseWriter<grpc::ByteBuffer>> writer_;
  grpc::ByteBuffer body_;
  size_t request_bytes_ = 0;
  size_t response_bytes_ = 0;
  // While the request is read and until it is answered, and then until the slot is on its thread again.
  typename Stock::Ptr messages_;
};

}  // namespace keyward::rpc

#endif  // KEYWARD_SERVER_RPC_UNARY_CALL_H_
