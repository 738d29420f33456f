#include "keyward/tokens.h"

#include <openssl/sha.h>

#include <array>

#include "absl/strings/escaping.h"
#include "absl/strings/string_view.h"

namespace keyward::client {

bool IsEncrypted(std::string_view value) {
  return value.starts_with(kEncryptedPrefix) || value.starts_with(kEncryptedPrefixV3);
}

std::string ApiKeyHash(std::string_view api_key) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest;
  SHA256(reinterpret_cast<const unsigned char*>(api_key.data()), api_key.size(), digest.data());
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(digest.data()), digest.size()));
}

}  // namespace keyward::client
