#ifndef KEYWARD_SERVER_RPC_UNARY_CALL_H_
#define KEYWARD_SERVER_RPC_UNARY_CALL_H_

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "server/errors/errors.h"
#include "server/rpc/audit_records.h"
#include "server/rpc/call_pool.h"
#include "server/rpc/call_queue.h"
#include "server/rpc/call_report.h"
#include "server/rpc/caller.h"
#include "server/rpc/gate.h"
#include "server/rpc/message_bytes.h"
#include "server/rpc/message_stock.h"
#include "server/rpc/received_bytes.h"
#include "server/rpc/stack_wipe.h"
#include "server/rpc/status_mapping.h"
#include "server/rpc/unary_method.h"

namespace keyward::rpc {

// A call slot of a unary method: takes a call, answers it, and takes the next one. One operation is
// under way at a time. A thread that holds the queue takes the call; any one thread answers it. Its
// messages are lent to it while it needs them.
template <typename Request, typename Response>
class UnaryCall final : public Event {
 public:
  using Method = UnaryMethod<Request, Response>;
  using Pool = CallPool<UnaryCall>;
  using Stock = MessageStock<Request, Response>;

  // `service`: the name of the method's, such as keyward.v1.KeyService. All of it outlives the
  // call.
  UnaryCall(Pool& pool, std::string_view service, const Method& method, const Gate& gate,
            Callers& callers, Stock& stock)
      : pool_(pool),
        method_(method),
        gate_(gate),
        callers_(callers),
        stock_(stock),
        report_(service, method.name, *method.calls, gate) {}

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
    WipeStackBelow();
  }

 private:
  enum class State { kReady, kAnswering };

  void Serve() {
    report_.Begin(*context_);
    // Reading the message empties the body.
    request_bytes_ = body_.Length();
    const absl::Status admitted = gate_.admission.Enter(request_bytes_);
    if (!admitted.ok() && !method_.always_admitted) return Finish(admitted);
    if (!method_.always_admitted) {
      caller_ = callers_.Of(*context_);
      if (!caller_->ok()) return Finish(caller_->status());
    }
    messages_ = stock_.Take();
    received_.Note(body_);
    const bool is_message = ReadMessage(body_, messages_->request);
    if (is_message && method_.announce) method_.announce(messages_->request);
    if (!kStaysInBody<Request>) received_.Wipe();
    if (absl::Status status = Charge(is_message); !status.ok()) return Finish(status);
    if (!is_message) {
      return Answer(errors::InvalidRequest("the request's body is not a message of its type"));
    }
    Handle();
  }

  // Counts the call against its caller's limit.
  absl::Status Charge(bool is_message) {
    if (method_.always_admitted) return absl::OkStatus();
    standing_ = gate_.authorizer->StandingOf((*caller_)->principal, report_.monotonic_ns());
    if (standing_.limiter == nullptr) return absl::OkStatus();
    const int64_t items = is_message && method_.count ? method_.count(messages_->request) : 1;
    absl::Status status = standing_.limiter->Enter(items, report_.monotonic_ns());
    if (!status.ok()) standing_.limiter = nullptr;
    return status;
  }

  void Handle() {
    const Request& request = messages_->request;
    if (method_.authorize) {
      if (absl::Status status = method_.authorize(*standing_.access, request); !status.ok()) {
        return Answer(std::move(status));
      }
    }
    method_.handle({standing_.access.get(), gate_.audit != nullptr, gate_.refusals}, request,
                   messages_->response, [this](absl::Status status) { Answer(std::move(status)); });
  }

  // What is recorded is answered once it is.
  void Answer(absl::Status status) {
    if (gate_.audit == nullptr || !method_.record) return Finish(std::move(status));
    AuditRecords records;
    method_.record(messages_->request, messages_->response, status, records);
    report_.Complete(records.events(), **caller_, status);
    gate_.audit->Append(records.events(),
                        [this, status = std::move(status)](const absl::Status& recorded) {
                          Finish(recorded.ok() ? status : recorded);
                        });
  }

  // The last thing done with the slot on this thread: once gRPC's Finish is called, one that holds
  // the queue may use it.
  void Finish(absl::Status status) {
    if (messages_ != nullptr && method_.wipe_request) method_.wipe_request(messages_->request);
    received_.Wipe();
    report_.Answer(status, *context_);
    if (!status.ok()) return Fail(status);
    const grpc::ByteBuffer body = WriteMessage(messages_->response);
    response_bytes_ = body.Length();
    if (method_.wipe_response) method_.wipe_response(messages_->response);
    if (pool_.IsHeld()) {
      GiveMessagesBack();
    } else {
      WipeStackBelow();
    }
    writer_->Finish(body, grpc::Status::OK, this);
  }

  void Fail(const absl::Status& status) {
    if (messages_ != nullptr && method_.wipe_response) method_.wipe_response(messages_->response);
    AddRetryPushback(status, *context_);
    writer_->FinishWithError(ToGrpcStatus(status), this);
  }

  void End() {
    if (standing_.limiter != nullptr) standing_.limiter->Leave();
    standing_ = {};
    caller_.reset();
    gate_.admission.Leave(request_bytes_);
    if (messages_ != nullptr) GiveMessagesBack();
    response_bytes_ = 0;
    report_.Clear();
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
  const Gate& gate_;
  Callers& callers_;
  Stock& stock_;
  CallReport report_;

  State state_ = State::kReady;
  std::optional<grpc::ServerContext> context_;
  std::optional<grpc::ServerAsyncResponseWriter<grpc::ByteBuffer>> writer_;
  grpc::ByteBuffer body_;
  ReceivedBytes received_;
  std::shared_ptr<const absl::StatusOr<Caller>> caller_;
  auth::Standing standing_;
  size_t request_bytes_ = 0;
  size_t response_bytes_ = 0;
  // While the request is read and until it is answered, and then until the queue is held again.
  typename Stock::Ptr messages_;
};

}  // namespace keyward::rpc

#endif  // KEYWARD_SERVER_RPC_UNARY_CALL_H_
