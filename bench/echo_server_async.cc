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

// A call slot: takes a call, answers it, and takes the next one.
class Slot {
 public:
  Slot(Service& service, grpc::ServerCompletionQueue* queue, size_t response_bytes)
      : service_(service), queue_(queue), response_(MessageOfSize(response_bytes)) {
    Arm();
  }

  // False where there will be no more calls.
  bool Proceed(bool ok) {
    if (answering_) {
      writer_.reset();
      context_.reset();
      request_.Clear();
      Arm();
      return true;
    }
    if (!ok) return false;
    answering_ = true;
    writer_->Finish(response_, grpc::Status::OK, this);
    return true;
  }

 private:
  void Arm() {
    answering_ = false;
    context_.emplace();
    writer_.emplace(&*context_);
    service_.RequestCall(&*context_, &request_, &*writer_, queue_, queue_, this);
  }

  Service& service_;
  grpc::ServerCompletionQueue* const queue_;
  const grpc::ByteBuffer response_;
  bool answering_ = false;
  std::optional<grpc::ServerContext> context_;
  std::optional<grpc::ServerAsyncResponseWriter<grpc::ByteBuffer>> writer_;
  grpc::ByteBuffer request_;
};

class AsyncEcho final : public EchoServer {
 public:
  ~AsyncEcho() override {
    if (server_ == nullptr) return;
    server_->Shutdown(std::chrono::system_clock::now());
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
      threads_.emplace_back([this, options, queue = queue.get()] { Serve(options, queue); });
    }
    return BoundAddress(options.address, port);
  }

 private:
  void Serve(const EchoOptions& options, grpc::ServerCompletionQueue* queue) {
    std::vector<std::unique_ptr<Slot>> slots;
    for (int i = 0; i < options.ready_calls; ++i) {
      slots.push_back(std::make_unique<Slot>(service_, queue, options.response_bytes));
    }
    size_t open = slots.size();
    void* tag = nullptr;
    bool ok = false;
    while (open > 0 && queue->Next(&tag, &ok)) {
      if (!static_cast<Slot*>(tag)->Proceed(ok)) --open;
    }
    queue->Shutdown();
    while (queue->Next(&tag, &ok)) {
    }
  }

  Service service_;
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
