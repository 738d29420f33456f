#ifndef KEYWARD_SERVER_CRYPTO_HASH_H_
#define KEYWARD_SERVER_CRYPTO_HASH_H_

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "server/crypto/secret_bytes.h"

namespace keyward::crypto {

using Sha256Digest = std::array<uint8_t, 32>;

// SHA-256 (FIPS 180-4) as 64 lower-case hex digits.
std::string Sha256Hex(std::string_view data);

// HMAC-SHA256 (RFC 2104).
Sha256Digest HmacSha256(const SecretBytes& key, std::string_view data);

// HMAC-SHA256 under one key for many messages: what follows from the key alone is computed once,
// and kept in locked memory. Thread-safe; moves but does not copy.
class HmacSha256Key {
 public:
  explicit HmacSha256Key(const SecretBytes& key);

  // Of `first` ‖ `second`.
  Sha256Digest Sign(std::string_view first, std::string_view second = {}) const;

 private:
  // SHA-256's states after the key's inner and outer block (RFC 2104, section 4).
  SecretBytes states_;
};

// SHA-256 of what comes in pieces. Not for secrets; moves but does not copy; not
// thread-safe.
class Sha256Stream {
 public:
  Sha256Stream();
  ~Sha256Stream();
  Sha256Stream(Sha256Stream&& other) noexcept;
  Sha256Stream& operator=(Sha256Stream&& other) noexcept;

  void Add(std::string_view data);
  // Of all that was added; ends the stream.
  std::string FinishHex();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace keyward::crypto

#endif  // KEYWARD_SERVER_CRYPTO_HASH_H_
