#ifndef KEYWARD_SERVER_RPC_MESSAGE_STOCK_H_
#define KEYWARD_SERVER_RPC_MESSAGE_STOCK_H_

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace keyward::rpc {

template <typename Request, typename Response>
struct Messages {
  Request request;
  Response response;
};

// Messages of one method, to be used again: the last ones given back are taken first, since they
// are still in the processor's cache. A call that is answered at once needs them for that moment
// alone. Used by whoever holds the one queue that it belongs to.
template <typename Request, typename Response>
class MessageStock {
 public:
  using Ptr = std::unique_ptr<Messages<Request, Response>>;

  // Empty ones.
  Ptr Take() {
    if (spare_.empty()) return std::make_unique<Messages<Request, Response>>();
    Ptr messages = std::move(spare_.back());
    spare_.pop_back();
    return messages;
  }

  // `bytes` is the size of the larger of the two on the wire: what has become large is not kept.
  void Give(Ptr messages, size_t bytes) {
    if (bytes > kKeptBytes || spare_.size() >= kKept) return;
    messages->request.Clear();
    messages->response.Clear();
    spare_.push_back(std::move(messages));
  }

 private:
  static constexpr size_t kKept = 64;
  static constexpr size_t kKeptBytes = 16 * 1024;

  std::vector<Ptr> spare_;
};

}  // namespace keyward::rpc

#endif  // KEYWARD_SERVER_RPC_MESSAGE_STOCK_H_
