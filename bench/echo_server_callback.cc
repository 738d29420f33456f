#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "bench/echo_server.h"
#include "bench/proto/echo.grpc.pb.h"

namespace keyward::bench {
namespace {

class Service final : public v1::Echo::WithRawCallbackMethod_Call<v1::Echo::Service> {
 public:
  explicit Service(size_t response_bytes) : response_(MessageOfSize(response_bytes)) {}

  grpc::ServerUnaryReactor* Call(grpc::CallbackServerContext* context, const grpc::ByteBuffer*,
                                 grpc::ByteBuffer* response) override {
    *response = response_;
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }

 private:
  const grpc::ByteBuffer response_;
};

class CallbackEcho final : public EchoServer {
 public:
  explicit CallbackEcho(size_t response_bytes) : service_(response_bytes) {}
  ~CallbackEcho() override {
    if (server_ != nullptr) server_->Shutdown(std::chrono::system_clock::now());
  }

  absl::StatusOr<std::string> Start(const EchoOptions& options) {
    grpc::ServerBuilder builder;
    int port = 0;
    if (absl::Status status = ConfigureEcho(options, builder, port); !status.ok()) return status;
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
    if (server_ == nullptr) {
      return absl::UnavailableError(absl::StrCat("cannot listen on ", options.address));
    }
    return BoundAddress(options.address, port);
  }

 private:
  Service service_;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace

absl::StatusOr<Listening> StartCallbackEcho(const EchoOptions& options) {
  auto server = std::make_unique<CallbackEcho>(options.response_bytes);
  auto address = server->Start(options);
  if (!address.ok()) return address.status();
  return Listening{std::move(server), *std::move(address)};
}

}  // namespace keyward::bench
