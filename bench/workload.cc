#include "bench/workload.h"

#include <array>
#include <utility>

#include "bench/batch_workload.h"
#include "bench/messages.h"
#include "bench/request_builder.h"

namespace keyward::bench {
namespace {

// Every answer of a method has the size of its first one: key versions are small, tokens of equal
// size.
class EqualSizes {
 public:
  bool Accept(Method method, size_t size) {
    size_t& first = first_[static_cast<size_t>(method)];
    if (first == 0) first = size;
    return size == first;
  }

 private:
  std::array<size_t, kMethods> first_{};
};

class SingleCalls final : public Workload {
 public:
  SingleCalls(const WorkloadOptions& options, const LaneOfRun& lane, const Tokens* tokens)
      : options_(options), builder_(options, lane, tokens) {}

  std::optional<Operation> Next(grpc::ByteBuffer& request) override {
    switch (options_.mode) {
      case Mode::kDecrypt:
      case Mode::kCold:
        return Decrypt(request);
      case Mode::kCreate:
        return Create(request);
      case Mode::kMixed:
        return Mixed(request);
      default:
        return Encrypt(request);
    }
  }

  bool Accepts(const Operation& operation, grpc::ByteBuffer& response) override {
    return sizes_.Accept(operation.method, response.Length());
  }

 private:
  Operation Encrypt(grpc::ByteBuffer& request) {
    const uint64_t user = builder_.AnyUser();
    builder_.Encrypt(user, encrypt_);
    Serialize(encrypt_, request);
    return {.method = Method::kEncrypt, .user = user};
  }

  Operation Decrypt(grpc::ByteBuffer& request) {
    const uint64_t user = builder_.AnyUser();
    builder_.Decrypt(user, decrypt_);
    Serialize(decrypt_, request);
    return {.method = Method::kDecrypt, .user = user};
  }

  Operation Create(grpc::ByteBuffer& request) {
    builder_.EncryptForNewUser(encrypt_);
    Serialize(encrypt_, request);
    return {.method = Method::kEncrypt};
  }

  Operation Mixed(grpc::ByteBuffer& request) {
    const auto choice = static_cast<int>(builder_.random().Below(100));
    if (choice < options_.decrypt_percent) return Decrypt(request);
    if (choice < options_.decrypt_percent + options_.encrypt_percent) return Encrypt(request);
    return Create(request);
  }

  const WorkloadOptions options_;
  RequestBuilder builder_;
  v1::EncryptRequest encrypt_;
  v1::DecryptRequest decrypt_;
  EqualSizes sizes_;
};

class Sweep final : public Workload {
 public:
  Sweep(const WorkloadOptions& options, const LaneOfRun& lane, Tokens* tokens)
      : users_(options.users),
        lanes_(lane.count),
        tokens_(tokens),
        builder_(options, lane, nullptr),
        next_(lane.index) {}

  std::optional<Operation> Next(grpc::ByteBuffer& request) override {
    if (next_ >= users_) return std::nullopt;
    const uint64_t user = std::exchange(next_, next_ + lanes_);
    builder_.Encrypt(user, request_);
    Serialize(request_, request);
    return Operation{.user = user};
  }

  bool Accepts(const Operation& operation, grpc::ByteBuffer& response) override {
    if (tokens_ == nullptr) return true;
    return Parse(response, response_) && tokens_->Set(operation.user, response_.token());
  }

 private:
  const uint64_t users_;
  const uint64_t lanes_;
  Tokens* const tokens_;
  RequestBuilder builder_;
  uint64_t next_;
  v1::EncryptRequest request_;
  v1::EncryptResponse response_;
};

}  // namespace

bool NeedsTokens(Mode mode) {
  return mode == Mode::kDecrypt || mode == Mode::kCold || mode == Mode::kMixed ||
         mode == Mode::kBatchDecrypt;
}

bool IsBatch(Mode mode) { return mode == Mode::kBatch || mode == Mode::kBatchDecrypt; }

std::unique_ptr<Workload> MakeWorkload(const WorkloadOptions& options, const LaneOfRun& lane,
                                       const Tokens* tokens, Target::Kind kind) {
  if (!IsBatch(options.mode)) return std::make_unique<SingleCalls>(options, lane, tokens);
  return MakeBatchWorkload(options, lane, tokens, kind);
}

std::unique_ptr<Workload> MakeSweep(const WorkloadOptions& options, const LaneOfRun& lane,
                                    Tokens* tokens) {
  return std::make_unique<Sweep>(options, lane, tokens);
}

}  // namespace keyward::bench
