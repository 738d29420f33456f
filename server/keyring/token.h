#ifndef KEYWARD_SERVER_KEYRING_TOKEN_H_
#define KEYWARD_SERVER_KEYRING_TOKEN_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "server/crypto/aead.h"
#include "server/crypto/random.h"
#include "server/keyring/token_format.h"

// Tokens as text: a prefix that names the format, and base64url, padded. What format v2 seals in it
// is a box (crypto/aead.h) and no more; token_v3.h has the other.
namespace keyward::keyring {

// The bytes that a v3 token has before its box: a version, big-endian.
inline constexpr size_t kTokenVersionBytes = 4;

// A token that was read, with nothing of it proved.
struct ParsedToken {
  TokenFormat format = TokenFormat::kV2;
  // The version of the user's key that a v3 token names, 0 for the pool's; 0 for v2, which names
  // none.
  uint32_t version = 0;
  std::string bytes;

  std::string_view box() const {
    return std::string_view(bytes).substr(format == TokenFormat::kV3 ? kTokenVersionBytes : 0);
  }
};

// The token's size for a plaintext of `size` bytes.
size_t TokenSize(size_t size, TokenFormat format = TokenFormat::kV2);

// A v2 token.
std::string SealToken(const crypto::AeadKey& key, std::string_view plaintext,
                      std::string_view associated_data, crypto::Random& random);

// The token that holds these bytes.
std::string WriteToken(TokenFormat format, std::string_view bytes);

// The padding may be missing, and v2's prefix; errors::TokenMalformed for anything else that is
// wrong with the form. A box is never shorter than a nonce and a tag.
absl::StatusOr<ParsedToken> ParseToken(std::string_view token);

// Whether the value starts like a token of either format.
bool HasTokenPrefix(std::string_view value);

}  // namespace keyward::keyring

#endif  // KEYWARD_SERVER_KEYRING_TOKEN_H_
