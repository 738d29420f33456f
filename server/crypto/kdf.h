#ifndef KEYWARD_SERVER_CRYPTO_KDF_H_
#define KEYWARD_SERVER_CRYPTO_KDF_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "server/crypto/secret_bytes.h"

namespace keyward::crypto {

// PBKDF2-HMAC-SHA256 (RFC 8018): `size` bytes from a secret, a salt and at least one iteration.
SecretBytes Pbkdf2HmacSha256(const SecretBytes& secret, std::string_view salt, uint32_t iterations,
                             size_t size);

// HKDF-SHA256 (RFC 5869): the first 32 bytes that a secret and a salt, which may be empty, give for
// the purpose that `info` names.
SecretBytes HkdfSha256(const SecretBytes& secret, std::string_view salt, std::string_view info);

}  // namespace keyward::crypto

#endif  // KEYWARD_SERVER_CRYPTO_KDF_H_
