#include "server/crypto/kdf.h"

#include <openssl/digest.h>
#include <openssl/evp.h>

#include <cstdlib>

namespace keyward::crypto {

SecretBytes Pbkdf2HmacSha256(const SecretBytes& secret, std::string_view salt, uint32_t iterations,
                             size_t size) {
  const std::string_view password = secret.ExposeSecret();
  return SecretBytes(size, [&](absl::Span<uint8_t> out) {
    if (!PKCS5_PBKDF2_HMAC(password.data(), password.size(),
                           reinterpret_cast<const uint8_t*>(salt.data()), salt.size(), iterations,
                           EVP_sha256(), out.size(), out.data())) {
      std::abort();
    }
  });
}

}  // namespace keyward::crypto
