#ifndef KEYWARD_SERVER_CRYPTO_HASH_H_
#define KEYWARD_SERVER_CRYPTO_HASH_H_

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "server/crypto/secret_bytes.h"

namespace keyward::crypto {

using Sha256Digest = std::array<uint8_t, 32>;

// SHA-256 (FIPS 180-4) as 64 lower-case hex digits.
std::string Sha256Hex(std::string_view data);

// HMAC-SHA256 (RFC 2104).
Sha256Digest HmacSha256(const SecretBytes& key, std::string_view data);

}  // namespace keyward::crypto

#endif  // KEYWARD_SERVER_CRYPTO_HASH_H_
