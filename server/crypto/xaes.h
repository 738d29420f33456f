#ifndef KEYWARD_SERVER_CRYPTO_XAES_H_
#define KEYWARD_SERVER_CRYPTO_XAES_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "server/crypto/aead.h"
#include "server/crypto/random.h"
#include "server/crypto/secret_bytes.h"

// XAES-256-GCM (https://c2sp.org/XAES-256-GCM): AES-256-GCM under a key that is derived for each
// message from half of a 192-bit nonce. It promises what aead.h does; random nonces are safe for
// 2^80 messages a key.
namespace keyward::crypto {

inline constexpr size_t kXaesNonceBytes = 24;
// What a box is longer than its plaintext.
inline constexpr size_t kXaesBoxOverhead = kXaesNonceBytes + kTagBytes;

// A box is nonce, ciphertext and tag in one string. `key` has kKeyBytes; anything else ends the
// program. This writes plaintext.size() + kXaesBoxOverhead bytes to `box`.
void SealXaesBox(const SecretBytes& key, std::string_view plaintext,
                 std::string_view associated_data, Random& random, char* box);
std::optional<std::string> OpenXaesBox(const SecretBytes& key, std::string_view box,
                                       std::string_view associated_data);

}  // namespace keyward::crypto

#endif  // KEYWARD_SERVER_CRYPTO_XAES_H_
