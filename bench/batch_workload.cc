#include "bench/batch_workload.h"

#include <algorithm>
#include <array>

#include "bench/messages.h"
#include "bench/request_builder.h"

namespace keyward::bench {
namespace {

// How many ready batches a raw run sends in turn.
constexpr size_t kRawBatches = 64;

// The two kinds of batch: their messages, and how an item is filled in.
struct Encrypting {
  using Request = v1::BatchEncryptRequest;
  using Response = v1::BatchEncryptResponse;
  static constexpr Method kMethod = Method::kBatchEncrypt;
  static void Fill(const RequestBuilder& builder, uint64_t user, v1::EncryptRequest& item) {
    builder.Encrypt(user, item);
  }
};

struct Decrypting {
  using Request = v1::BatchDecryptRequest;
  using Response = v1::BatchDecryptResponse;
  static constexpr Method kMethod = Method::kBatchDecrypt;
  static void Fill(const RequestBuilder& builder, uint64_t user, v1::DecryptRequest& item) {
    builder.Decrypt(user, item);
  }
};

template <typename Kind>
class Batches final : public Workload {
 public:
  Batches(const WorkloadOptions& options, const LaneOfRun& lane, const Tokens* tokens,
          Target::Kind kind)
      : batch_size_(options.batch_size),
        raw_(options.raw_batches),
        parse_(!raw_ && kind == Target::Kind::kKeyward),
        builder_(options, lane, tokens) {
    request_.mutable_requests()->Reserve(batch_size_);
    for (int i = 0; i < batch_size_; ++i) request_.add_requests();
    if (!raw_) return;
    for (grpc::ByteBuffer& ready : ready_) Build(ready);
  }

  std::optional<Operation> Next(grpc::ByteBuffer& request) override {
    if (raw_) {
      request = ready_[next_];
      next_ = (next_ + 1) % kRawBatches;
    } else {
      Build(request);
    }
    return Operation{.method = Kind::kMethod, .values = static_cast<uint32_t>(batch_size_)};
  }

  bool Accepts(const Operation&, grpc::ByteBuffer& response) override {
    if (!parse_) {
      if (first_size_ == 0) first_size_ = response.Length();
      return response.Length() == first_size_;
    }
    return Parse(response, response_) && response_.results_size() == batch_size_ &&
           std::all_of(response_.results().begin(), response_.results().end(),
                       [](const auto& result) { return result.has_response(); });
  }

 private:
  void Build(grpc::ByteBuffer& out) {
    for (auto& item : *request_.mutable_requests()) Kind::Fill(builder_, builder_.AnyUser(), item);
    Serialize(request_, out);
  }

  const int batch_size_;
  const bool raw_;
  const bool parse_;
  RequestBuilder builder_;
  typename Kind::Request request_;
  typename Kind::Response response_;
  std::array<grpc::ByteBuffer, kRawBatches> ready_;
  size_t next_ = 0;
  size_t first_size_ = 0;
};

}  // namespace

std::unique_ptr<Workload> MakeBatchWorkload(const WorkloadOptions& options, const LaneOfRun& lane,
                                            const Tokens* tokens, Target::Kind kind) {
  if (options.mode == Mode::kBatch) {
    return std::make_unique<Batches<Encrypting>>(options, lane, tokens, kind);
  }
  return std::make_unique<Batches<Decrypting>>(options, lane, tokens, kind);
}

}  // namespace keyward::bench
