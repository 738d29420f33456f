#ifndef KEYWARD_BENCH_TOKENS_H_
#define KEYWARD_BENCH_TOKENS_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace keyward::bench {

// One token per user, all of one size, each followed by a newline: in memory, or in a file of
// `fill --tokens` that is mapped. Each token is written once, by one thread, before it is read.
class Tokens {
 public:
  // Room for `count` tokens of `size` bytes.
  static absl::StatusOr<std::unique_ptr<Tokens>> InMemory(uint64_t count, size_t size);
  static absl::StatusOr<std::unique_ptr<Tokens>> CreateFile(const std::string& path, uint64_t count,
                                                            size_t size);
  static absl::StatusOr<std::unique_ptr<Tokens>> OpenFile(const std::string& path);
  ~Tokens();
  Tokens(const Tokens&) = delete;
  Tokens& operator=(const Tokens&) = delete;

  uint64_t count() const { return count_; }
  size_t size() const { return size_; }
  std::string_view Get(uint64_t user) const { return {data_ + user * (size_ + 1), size_}; }
  // False where the token has another size.
  bool Set(uint64_t user, std::string_view token);

 private:
  Tokens(char* data, uint64_t count, size_t size) : data_(data), count_(count), size_(size) {}
  static absl::StatusOr<std::unique_ptr<Tokens>> Map(int file, int flags, uint64_t count,
                                                     size_t size);

  char* const data_;
  const uint64_t count_;
  const size_t size_;
};

}  // namespace keyward::bench

#endif  // KEYWARD_BENCH_TOKENS_H_
