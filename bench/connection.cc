#include "bench/connection.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "bench/transport.h"

namespace keyward::bench {
namespace {

constexpr std::array<const char*, kMethods> kKeywardMethods = {
    "/keyward.v1.KeyService/Encrypt", "/keyward.v1.KeyService/Decrypt",
    "/keyward.v1.KeyService/BatchEncrypt", "/keyward.v1.KeyService/BatchDecrypt"};

}  // namespace

Connection::Connection(const Target& target, std::shared_ptr<grpc::ChannelCredentials> credentials)
    : channel_(OwnChannel(target.address, std::move(credentials))) {
  for (size_t i = 0; i < kMethods; ++i) {
    names_[i] = target.kind == Target::Kind::kEcho ? target.method : kKeywardMethods[i];
    methods_[i].emplace(names_[i].c_str(), grpc::internal::RpcMethod::NORMAL_RPC, channel_);
  }
}

bool Connection::Wait(std::chrono::seconds timeout) {
  return channel_->WaitForConnected(std::chrono::system_clock::now() + timeout);
}

void CallSlot::Start(const Connection& connection, Method method, const grpc::ByteBuffer& request,
                     grpc::CompletionQueue& queue) {
  reader_.reset();
  context_.emplace();
  response_.Clear();
  reader_.reset(grpc::internal::ClientAsyncResponseReaderHelper::Create<grpc::ByteBuffer>(
      &connection.channel(), &queue, connection.method(method), &*context_, request));
  reader_->StartCall();
  reader_->Finish(&response_, &status_, this);
}

absl::StatusOr<grpc::ByteBuffer> CallAndWait(const Connection& connection, Method method,
                                             const grpc::ByteBuffer& request) {
  grpc::CompletionQueue queue;
  CallSlot slot;
  slot.Start(connection, method, request, queue);
  void* tag = nullptr;
  bool ok = false;
  queue.Next(&tag, &ok);
  queue.Shutdown();
  while (queue.Next(&tag, &ok)) {
  }
  if (!slot.status().ok()) {
    return absl::UnknownError(absl::StrCat("code ", static_cast<int>(slot.status().error_code()),
                                           ": ", slot.status().error_message()));
  }
  return slot.response();
}

}  // namespace keyward::bench
