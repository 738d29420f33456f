#ifndef KEYWARD_TESTS_FUZZ_FUZZ_INPUT_H_
#define KEYWARD_TESTS_FUZZ_FUZZ_INPUT_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

namespace keyward {

// Takes an input apart from its front. Beyond its end numbers are 0 and strings empty, so that
// every input means something.
class FuzzInput {
 public:
  explicit FuzzInput(std::string_view bytes) : rest_(bytes) {}

  bool empty() const { return rest_.empty(); }

  // Little-endian.
  template <typename T>
  T Number() {
    std::make_unsigned_t<T> number = 0;
    const std::string_view bytes = Bytes(sizeof(T));
    for (size_t i = 0; i < bytes.size(); ++i) {
      const uint64_t byte = static_cast<uint8_t>(bytes[i]);
      number = static_cast<std::make_unsigned_t<T>>(number | byte << (8 * i));
    }
    return static_cast<T>(number);
  }
  uint8_t Byte() { return Number<uint8_t>(); }

  std::string_view Bytes(size_t size) {
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(taken.size());
    return taken;
  }
  // A byte tells how long it is.
  std::string_view Short() { return Bytes(Byte()); }
  // Up to a NUL, which is dropped.
  std::string_view Line() {
    const std::string_view taken = rest_.substr(0, rest_.find('\0'));
    rest_.remove_prefix(std::min(rest_.size(), taken.size() + 1));
    return taken;
  }
  std::string_view Rest() { return Bytes(rest_.size()); }

 private:
  std::string_view rest_;
};

}  // namespace keyward

#endif  // KEYWARD_TESTS_FUZZ_FUZZ_INPUT_H_
