#ifndef KEYWARD_CLIENT_CPP_INCLUDE_KEYWARD_TOKENS_H_
#define KEYWARD_CLIENT_CPP_INCLUDE_KEYWARD_TOKENS_H_

#include <string>
#include <string_view>

// What can be told of a value without the server: no function here does I/O, and all may be called
// from any thread.
namespace keyward::client {

// What a token begins with: in the Python module's format, and in the other.
inline constexpr std::string_view kEncryptedPrefix = "v2:";
inline constexpr std::string_view kEncryptedPrefixV3 = "v3:";

// Whether a stored value is a token rather than a plaintext, judged by its prefix alone, as the
// Python module does: either of them. A token whose prefix was cut off is not recognised.
bool IsEncrypted(std::string_view value);

// The look-up hash of an API key: SHA-256, 64 lower-case hex digits. The same as the RPC
// HashApiKey.
std::string ApiKeyHash(std::string_view api_key);

}  // namespace keyward::client

#endif  // KEYWARD_CLIENT_CPP_INCLUDE_KEYWARD_TOKENS_H_
