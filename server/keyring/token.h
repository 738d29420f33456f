#ifndef KEYWARD_SERVER_KEYRING_TOKEN_H_
#define KEYWARD_SERVER_KEYRING_TOKEN_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "server/crypto/aead.h"
#include "server/crypto/random.h"

// Tokens: "v2:" and base64url, padded, of a box (nonce, ciphertext, tag).
namespace keyward::keyring {

// The token's size for a plaintext of `size` bytes.
size_t TokenSize(size_t size);

std::string SealToken(const crypto::AeadKey& key, std::string_view plaintext,
                      std::string_view associated_data, crypto::Random& random);

// The box in a token. The prefix may be missing, and the padding; errors::TokenMalformed for anything
// else that is wrong.
absl::StatusOr<std::string> ParseToken(std::string_view token);

// Whether the value starts like a token, of this format or of v3.
bool HasTokenPrefix(std::string_view value);

}  // namespace keyward::keyring

#endif  // KEYWARD_SERVER_KEYRING_TOKEN_H_
