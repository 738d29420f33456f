#ifndef KEYWARD_SERVER_CRYPTO_BASE64_H_
#define KEYWARD_SERVER_CRYPTO_BASE64_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "server/crypto/secret_bytes.h"

// Base64 (RFC 4648), strict: no white space, no character outside the alphabet, no stray bits in
// the last character. Neither direction looks anything up or branches by the data's value, since
// master keys pass through here; what is told of malformed input is only that it is malformed.
namespace keyward::crypto {

// The padded URL-safe encoding's size for `size` bytes.
constexpr size_t Base64UrlSize(size_t size) { return (size + 2) / 3 * 4; }

// Appends the padded URL-safe encoding to `out`.
void AppendBase64Url(std::string_view bytes, std::string& out);

// Decodes the URL-safe alphabet; padding is optional, but where there is some, it is all there.
// nullopt where the text is malformed.
std::optional<std::string> DecodeBase64Url(std::string_view text);

// Decodes a secret from either alphabet, or a mix of them, as DecodeBase64Url does otherwise.
std::optional<SecretBytes> DecodeSecretBase64(std::string_view text);

}  // namespace keyward::crypto

#endif  // KEYWARD_SERVER_CRYPTO_BASE64_H_
