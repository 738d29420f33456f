#include "server/crypto/hash.h"

#include <openssl/digest.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include <cstdlib>

#include "absl/strings/escaping.h"

namespace keyward::crypto {
namespace {

const uint8_t* Bytes(std::string_view text) {
  return reinterpret_cast<const uint8_t*>(text.data());
}

}  // namespace

std::string Sha256Hex(std::string_view data) {
  Sha256Digest digest;
  SHA256(Bytes(data), data.size(), digest.data());
  return absl::BytesToHexString({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

Sha256Digest HmacSha256(const SecretBytes& key, std::string_view data) {
  const std::string_view secret = key.ExposeSecret();
  Sha256Digest digest;
  unsigned size = 0;
  if (!HMAC(EVP_sha256(), secret.data(), secret.size(), Bytes(data), data.size(), digest.data(),
            &size)) {
    std::abort();
  }
  return digest;
}

}  // namespace keyward::crypto
