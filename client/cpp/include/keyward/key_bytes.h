#ifndef KEYWARD_CLIENT_CPP_INCLUDE_KEYWARD_KEY_BYTES_H_
#define KEYWARD_CLIENT_CPP_INCLUDE_KEYWARD_KEY_BYTES_H_

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace keyward::client {

// A 256-bit key that is wiped when it goes. It can be moved, not copied, and has no stream
// operator, so that every place that reads the bytes can be found by the name ExposeSecret.
class KeyBytes {
 public:
  static constexpr std::size_t kSize = 32;

  // nullopt unless `bytes` has kSize of them.
  static std::optional<KeyBytes> Copy(std::string_view bytes);

  KeyBytes(KeyBytes&& other) noexcept;
  KeyBytes& operator=(KeyBytes&& other) noexcept;
  ~KeyBytes();

  // Valid as long as this object, and until it is moved from. A moved-from key is all zeros.
  std::string_view ExposeSecret() const { return {bytes_.data(), bytes_.size()}; }

 private:
  KeyBytes() = default;
  void Take(KeyBytes& other);

  std::array<char, kSize> bytes_{};
};

}  // namespace keyward::client

#endif  // KEYWARD_CLIENT_CPP_INCLUDE_KEYWARD_KEY_BYTES_H_
