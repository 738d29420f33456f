#ifndef KEYWARD_TESTS_CRYPTO_HEX_H_
#define KEYWARD_TESTS_CRYPTO_HEX_H_

#include <string>
#include <string_view>

#include "absl/strings/escaping.h"
#include "server/crypto/secret_bytes.h"

namespace keyward::crypto {

inline std::string FromHex(std::string_view hex) {
  return absl::HexStringToBytes(absl::string_view(hex.data(), hex.size()));
}

inline std::string ToHex(std::string_view bytes) {
  return absl::BytesToHexString(absl::string_view(bytes.data(), bytes.size()));
}

inline SecretBytes SecretFromHex(std::string_view hex) { return SecretBytes::CopyOf(FromHex(hex)); }

}  // namespace keyward::crypto

#endif  // KEYWARD_TESTS_CRYPTO_HEX_H_
