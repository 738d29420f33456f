#include "server/crypto/kdf.h"

#include <openssl/digest.h>
#include <openssl/evp.h>
#include <openssl/hkdf.h>

#include <algorithm>
#include <cstdlib>
#include <string>

#include "server/crypto/hash.h"

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

// BoringSSL's HKDF leaves both keys on the stack; one block is all of its second step that is
// needed.
SecretBytes HkdfSha256(const SecretBytes& secret, std::string_view salt, std::string_view info) {
  const std::string_view bytes = secret.ExposeSecret();
  const SecretBytes extracted(sizeof(Sha256Digest), [&](absl::Span<uint8_t> out) {
    size_t size = 0;
    if (!HKDF_extract(out.data(), &size, EVP_sha256(),
                      reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size(),
                      reinterpret_cast<const uint8_t*>(salt.data()), salt.size())) {
      std::abort();
    }
  });
  Sha256Digest block = HmacSha256(extracted, std::string(info) + '\x01');
  SecretBytes key(block.size(), [&](absl::Span<uint8_t> out) {
    std::copy(block.begin(), block.end(), out.begin());
  });
  Wipe(block.data(), block.size());
  return key;
}

}  // namespace keyward::crypto
