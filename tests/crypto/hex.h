#ifndef KEYWARD_TESTS_CRYPTO_HEX_H_
#define KEYWARD_TESTS_CRYPTO_HEX_H_

#include <charconv>
#include <string>
#include <string_view>

#include "absl/strings/escaping.h"
#include "server/crypto/secret_bytes.h"

namespace keyward::crypto {

// Abseil's own is deprecated on Debian 13, and what follows it is not there on Debian 12.
inline std::string FromHex(std::string_view hex) {
  std::string bytes;
  for (const char* pair = hex.data(); pair + 1 < hex.data() + hex.size(); pair += 2) {
    unsigned char byte = 0;
    std::from_chars(pair, pair + 2, byte, 16);
    bytes.push_back(static_cast<char>(byte));
  }
  return bytes;
}

inline std::string ToHex(std::string_view bytes) {
  return absl::BytesToHexString(absl::string_view(bytes.data(), bytes.size()));
}

inline SecretBytes SecretFromHex(std::string_view hex) { return SecretBytes::CopyOf(FromHex(hex)); }

}  // namespace keyward::crypto

#endif  // KEYWARD_TESTS_CRYPTO_HEX_H_
