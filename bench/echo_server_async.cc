#include <algorithm>
#include <chrono>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "bench/echo_server.h"
#include "bench/proto/echo.grpc.pb.h"

namespace keyward::bench {
namespace {

using Service = v1::Echo::WithRawMethod_Call<v1::Echo::AsyncService>;

class Slots;

// A call slot: takes a call, answers it, and is spare again.
class Slot {
 public:
  Slot(Slots& slots, size_t response_bytes)
      : slots_(slots), response_(MessageOfSize(response_bytes)) {}

  void Arm(Service& service, grpc::ServerCompletionQueue* queue) {
    answering_ = false;
    context_.emplace();
    writer_.emplace(&*context_);
    service.RequestCall(&*context_, &request_, &*writer_, queue, queue, this);
  }
  void Proceed(bool ok);

 private:
  Slots& slots_;
  const grpc::ByteBuffer response_;
  bool answering_ = false;
  std::optional<grpc::ServerContext> context_;
  std::optional<grpc::ServerAsyncResponseWriter<grpc::ByteBuffer>> writer_;
  grpc::ByteBuffer request_;
};

// The slots of one queue. As many wait ready as keyward-server has, however many answer: a call
// that finds none ready costs gRPC more.
class Slots {
 public:
  Slots(Service& service, grpc::ServerCompletionQueue* queue, const EchoOptions& options)
      : service_(service), queue_(queue), response_bytes_(options.response_bytes) {
    for (int i = 0; i < options.ready_calls; ++i) ArmOne();
  }

  void Taken() { ArmOne(); }
  void Done(Slot& slot) { spare_.push_back(&slot); }

 private:
  void ArmOne() {
    if (spare_.empty()) {
      slots_.push_back(std::make_unique<Slot>(*this, response_bytes_));
      spare_.push_back(slots_.back().get());
    }
    Slot* slot = spare_.back();
    spare_.pop_back();
    slot->Arm(service_, queue_);
  }

  Service& service_;
  grpc::ServerCompletionQueue* const queue_;
  const size_t response_bytes_;
  std::vector<std::unique_ptr<Slot>> slots_;
  std::vector<Slot*> spare_;
};

void Slot::Proceed(bool ok) {
  if (answering_) {
    writer_.reset();
    context_.reset();
    request_.Clear();
    return slots_.Done(*this);
  }
  if (!ok) return;  // the server gives no more calls
  answering_ = true;
  writer_->Finish(response_, grpc::Status::OK, this);
  slots_.Taken();
}

class AsyncEcho final : public EchoServer {
 public:
  ~AsyncEcho() override {
    if (server_ == nullptr) return;
    server_->Shutdown(std::chrono::system_clock::now());
    for (const auto& queue : queues_) queue->Shutdown();
    for (std::thread& thread : threads_) thread.join();
  }

  absl::StatusOr<std::string> Start(const EchoOptions& options) {
    grpc::ServerBuilder builder;
    int port = 0;
    if (absl::Status status = ConfigureEcho(options, builder, port); !status.ok()) return status;
    builder.RegisterService(&service_);
    const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
    for (unsigned i = 0; i < cores; ++i) queues_.push_back(builder.AddCompletionQueue());
    server_ = builder.BuildAndStart();
    if (server_ == nullptr) {
      return absl::UnavailableError(absl::StrCat("cannot listen on ", options.address));
    }
    for (const auto& queue : queues_) {
      slots_.push_back(std::make_unique<Slots>(service_, queue.get(), options));
      threads_.emplace_back([queue = queue.get()] { Serve(queue); });
    }
    return BoundAddress(options.address, port);
  }

 private:
  static void Serve(grpc::ServerCompletionQueue* queue) {
    void* tag = nullptr;
    bool ok = false;
    while (queue->Next(&tag, &ok)) static_cast<Slot*>(tag)->Proceed(ok);
  }

  // These end in reverse: the server, its queues, the slots that live on them.
  Service service_;
  std::vector<std::unique_ptr<Slots>> slots_;
  std::vector<std::unique_ptr<grpc::ServerCompletionQueue>> queues_;
  std::unique_ptr<grpc::Server> server_;
  std::vector<std::thread> threads_;
};

}  // namespace

absl::StatusOr<Listening> StartAsyncEcho(const EchoOptions& options) {
  auto server = std::make_unique<AsyncEcho>();
  auto address = server->Start(options);
  if (!address.ok()) return address.status();
  return Listening{std::move(server), *std::move(address)};
}

}  // namespace keyward::bench
