#include "keyward/key_bytes.h"

#include <openssl/crypto.h>

#include <algorithm>

namespace keyward::client {

std::optional<KeyBytes> KeyBytes::Copy(std::string_view bytes) {
  if (bytes.size() != kSize) return std::nullopt;
  KeyBytes key;
  std::copy(bytes.begin(), bytes.end(), key.bytes_.begin());
  return key;
}

KeyBytes::KeyBytes(KeyBytes&& other) noexcept { Take(other); }

KeyBytes& KeyBytes::operator=(KeyBytes&& other) noexcept {
  if (this != &other) Take(other);
  return *this;
}

KeyBytes::~KeyBytes() { OPENSSL_cleanse(bytes_.data(), bytes_.size()); }

void KeyBytes::Take(KeyBytes& other) {
  bytes_ = other.bytes_;
  OPENSSL_cleanse(other.bytes_.data(), other.bytes_.size());
}

}  // namespace keyward::client
