#ifndef KEYWARD_BENCH_CALL_RING_H_
#define KEYWARD_BENCH_CALL_RING_H_

#include <atomic>
#include <cstddef>
#include <vector>

namespace keyward::bench {

// Free things handed from the one thread that puts to the one that takes, without a lock. It must
// have room for all of them.
template <typename T>
class CallRing {
 public:
  explicit CallRing(size_t capacity) : items_(capacity) {}

  void Put(T* item) {
    const size_t at = put_.load(std::memory_order_relaxed);
    items_[at % items_.size()] = item;
    put_.store(at + 1, std::memory_order_release);
  }

  // Null where there is none.
  T* Take() {
    const size_t at = taken_.load(std::memory_order_relaxed);
    if (at == put_.load(std::memory_order_acquire)) return nullptr;
    T* item = items_[at % items_.size()];
    taken_.store(at + 1, std::memory_order_release);
    return item;
  }

 private:
  std::vector<T*> items_;
  alignas(64) std::atomic<size_t> put_{0};
  alignas(64) std::atomic<size_t> taken_{0};
};

}  // namespace keyward::bench

#endif  // KEYWARD_BENCH_CALL_RING_H_
