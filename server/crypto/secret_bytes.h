#ifndef KEYWARD_SERVER_CRYPTO_SECRET_BYTES_H_
#define KEYWARD_SERVER_CRYPTO_SECRET_BYTES_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/types/span.h"

namespace keyward::crypto {

// Overwrites memory in a way that no optimiser removes.
void Wipe(void* data, size_t size);
// Overwrites what the string holds and empties it.
void Wipe(std::string& text);

// A secret of fixed size, such as a key. It lives in LockedMemory, is wiped when it ends, moves but
// does not copy, compares in constant time, and prints nowhere. Whoever reads it says
// ExposeSecret(), so every place where a secret leaves can be found by that name. Not thread-safe;
// const access is.
class SecretBytes {
 public:
  SecretBytes() = default;
  // `size` bytes that `fill` writes; it is given zeros.
  SecretBytes(size_t size, absl::FunctionRef<void(absl::Span<uint8_t>)> fill);
  // A copy; the caller wipes the original.
  static SecretBytes CopyOf(std::string_view bytes);

  SecretBytes(SecretBytes&& other) noexcept;
  SecretBytes& operator=(SecretBytes&& other) noexcept;
  ~SecretBytes();

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  std::string_view ExposeSecret() const { return {static_cast<const char*>(data_), size_}; }

  // Constant-time for equal sizes.
  friend bool operator==(const SecretBytes& a, const SecretBytes& b);

 private:
  void Release();

  void* data_ = nullptr;
  size_t size_ = 0;
};

}  // namespace keyward::crypto

#endif  // KEYWARD_SERVER_CRYPTO_SECRET_BYTES_H_
