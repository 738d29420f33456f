#include "server/rpc/batch_methods.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <deque>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/errors/errors.h"
#include "server/rpc/permissions.h"
#include "server/rpc/status_mapping.h"
#include "server/rpc/value_messages.h"

namespace keyward::rpc {
namespace {

absl::StatusOr<int> CheckBatch(const BatchRequest& request) {
  if (request.bytes.size() > kMaxBatchBytes) {
    return errors::InvalidRequest(
        absl::StrCat("the batch is longer than ", kMaxBatchBytes, " bytes"));
  }
  const auto count = BatchReader::Count(request);
  if (count.ok() && *count > kMaxBatchItems) {
    return errors::InvalidRequest(
        absl::StrCat("the batch has more than ", kMaxBatchItems, " requests"));
  }
  return count;
}

// What differs between the RPCs.
struct Encrypting {
  using Request = v1::EncryptRequest;
  using Result = v1::BatchEncryptResult;
  using Item = keyring::EncryptItem;
  using Answer = keyring::Encrypted;

  auto Try(const Item& item) { return keyring.TryEncrypt(item, nonces); }
  void Rest(const std::vector<Item>& items, keyring::Keyring::EachCallback<Answer> each) {
    keyring.EncryptMany(items, each);
  }
  static size_t Size(const Answer& sealed) { return sealed.token.size(); }
  static void WipeResponse(v1::EncryptResponse&) {}

  keyring::Keyring& keyring;
  keyring::Nonces nonces;
};

struct Decrypting {
  using Request = v1::DecryptRequest;
  using Result = v1::BatchDecryptResult;
  using Item = keyring::DecryptItem;
  using Answer = keyring::Decrypted;

  auto Try(const Item& item) { return keyring.TryDecrypt(item); }
  void Rest(const std::vector<Item>& items, keyring::Keyring::EachCallback<Answer> each) {
    keyring.DecryptMany(items, each);
  }
  static size_t Size(const Answer& opened) { return opened.plaintext.size(); }
  static void WipeResponse(v1::DecryptResponse& response) { WipeSecrets(response); }

  keyring::Keyring& keyring;
};

struct Rewrapping {
  using Request = v1::RewrapRequest;
  using Result = v1::BatchRewrapResult;
  using Item = keyring::RewrapItem;
  using Answer = keyring::Rewrapped;

  auto Try(const Item& item) { return keyring.TryRewrap(item, nonces); }
  void Rest(const std::vector<Item>& items, keyring::Keyring::EachCallback<Answer> each) {
    keyring.RewrapMany(items, each);
  }
  static size_t Size(const Answer& rewrapped) { return rewrapped.token.size(); }
  static void WipeResponse(v1::RewrapResponse&) {}

  keyring::Keyring& keyring;
  keyring::Nonces nonces;
};

// A batch on its way. It ends itself once it is answered.
template <typename Operation>
class Batch {
 public:
  using Done = absl::AnyInvocable<void(absl::Status)>;

  template <typename... Arguments>
  Batch(const CallScene& scene, BatchResponse& response, Done done, Arguments&&... arguments)
      : operation_{std::forward<Arguments>(arguments)...},
        scene_(scene),
        response_(response),
        done_(std::move(done)) {}

  void Run(const BatchRequest& request, int count) {
    results_.resize(static_cast<size_t>(count));
    if (scene_.recorded) response_.records.resize(results_.size());
    BatchReader reader(request);
    Window window;
    for (size_t begin = 0; begin < results_.size(); begin += window.size()) {
      const size_t size = std::min(window.size(), results_.size() - begin);
      ReadAhead(reader, window, size);
      for (size_t i = 0; i < size; ++i) Take(window[i], begin + i);
    }
    waiting_.empty() ? Finish() : Wait();
  }

 private:
  using Answer = typename Operation::Answer;
  struct Read {
    typename Operation::Request request;
    bool is_message = false;
  };
  using Window = std::array<Read, keyring::Keyring::kMaxPrefetch>;

  void ReadAhead(BatchReader& reader, Window& window, size_t size) {
    std::array<std::string_view, std::tuple_size_v<Window>> user_ids;
    for (size_t i = 0; i < size; ++i) {
      window[i].is_message = reader.Read(window[i].request);
      user_ids[i] = window[i].request.user_id();
    }
    operation_.keyring.Prefetch(absl::MakeSpan(user_ids.data(), size));
  }

  // Answers the request, where that needs no store.
  void Take(Read& read, size_t place) {
    if (!read.is_message) {
      results_[place] = errors::InvalidRequest("the request is not a message of its type");
      return;
    }
    if (scene_.recorded) Note(read.request, response_.records[place]);
    if (TryNow(read.request, results_[place])) return WipeSecrets(read.request);
    places_.push_back(place);
    waiting_.push_back(std::exchange(read.request, {}));
  }

  void Note(const typename Operation::Request& request, ItemRecord& record) const {
    record.scope = ScopeOf(request);
    record.user_id = request.user_id();
  }

  // False where the item has to wait for the store.
  bool TryNow(const typename Operation::Request& request, absl::StatusOr<Answer>& result) {
    if (absl::Status status = Authorize(*scene_.access, request); !status.ok()) {
      result = std::move(status);
      return true;
    }
    const auto item = ReadItem(request);
    if (!item.ok()) {
      result = item.status();
      return true;
    }
    auto answer = operation_.Try(*item);
    if (!answer) return false;
    result = *std::move(answer);
    return true;
  }

  void Wait() {
    left_ = waiting_.size();
    std::vector<typename Operation::Item> items;
    for (const auto& request : waiting_) items.push_back(*ReadItem(request));
    operation_.Rest(items, [this](size_t i, absl::StatusOr<Answer> answer) {
      results_[places_[i]] = std::move(answer);
      if (left_.fetch_sub(1) == 1) Finish();
    });
  }

  void Finish() {
    for (auto& request : waiting_) WipeSecrets(request);
    for (size_t i = 0; i < response_.records.size(); ++i) {
      response_.records[i].status = results_[i].status();
      if (results_[i].ok()) response_.records[i].key_version = results_[i]->key_version;
    }
    size_t expected_bytes = 0;
    for (const auto& result : results_) {
      constexpr size_t kFraming = 64;
      expected_bytes += kFraming + (result.ok() ? Operation::Size(*result) : 0);
    }
    BatchWriter writer(expected_bytes);
    typename Operation::Result element;
    for (auto& result : results_) {
      if (result.ok()) {
        Fill(*std::move(result), *element.mutable_response());
        writer.Add(element);
        Operation::WipeResponse(*element.mutable_response());
      } else {
        *element.mutable_status() = ToStatusDetails(result.status());
        writer.Add(element);
        if (scene_.refusals != nullptr) scene_.refusals->Count(errors::Reason(result.status()));
      }
    }
    response_.body = std::move(writer).Finish();
    const std::unique_ptr<Batch> end(this);
    done_(absl::OkStatus());
  }

  Operation operation_;
  const CallScene scene_;
  BatchResponse& response_;
  Done done_;

  std::vector<absl::StatusOr<Answer>> results_;
  // Requests that the store has to help with, and their places among the results. They do not move.
  std::deque<typename Operation::Request> waiting_;
  std::vector<size_t> places_;
  std::atomic<size_t> left_ = 0;
};

}  // namespace

void BatchEncrypt(keyring::Keyring& keyring, const CallScene& scene, const BatchRequest& request,
                  BatchResponse& response, absl::AnyInvocable<void(absl::Status)> done) {
  const auto count = CheckBatch(request);
  if (!count.ok()) return done(count.status());
  auto* const batch = new Batch<Encrypting>(scene, response, std::move(done), keyring,
                                            keyring.DrawNonces(static_cast<size_t>(*count)));
  batch->Run(request, *count);
}

void BatchDecrypt(keyring::Keyring& keyring, const CallScene& scene, const BatchRequest& request,
                  BatchResponse& response, absl::AnyInvocable<void(absl::Status)> done) {
  const auto count = CheckBatch(request);
  if (!count.ok()) return done(count.status());
  auto* const batch = new Batch<Decrypting>(scene, response, std::move(done), keyring);
  batch->Run(request, *count);
}

void BatchRewrap(keyring::Keyring& keyring, const CallScene& scene, const BatchRequest& request,
                 BatchResponse& response, absl::AnyInvocable<void(absl::Status)> done) {
  const auto count = CheckBatch(request);
  if (!count.ok()) return done(count.status());
  auto* const batch = new Batch<Rewrapping>(scene, response, std::move(done), keyring,
                                            keyring.DrawNonces(static_cast<size_t>(*count)));
  batch->Run(request, *count);
}

}  // namespace keyward::rpc
