#ifndef KEYWARD_CLIENT_CPP_INCLUDE_KEYWARD_TOKENS_H_
#define KEYWARD_CLIENT_CPP_INCLUDE_KEYWARD_TOKENS_H_

#include <string>
#include <string_view>

// What can be told of a value without the server: no function here does I/O, and all may be called
// from any thread.
namespace keyward::client {

// What a token begins with.
inline constexpr std::string_view kEncryptedPrefix = "v2:";

// Whether a stored value is a token rather than a plaintext, judged by its prefix alone, as the
// Python module does. A token whose prefix was cut off is not recognised.
bool IsEncrypted(std::string_view value);

// The look-up hash of an API key: SHA-256, 64 lower-case hex digits. The same as the RPC
// HashApiKey.
std::string ApiKeyHash(std::string_view api_key);

}  // namespace keyward::client

#endif  // KEYWARD_CLIENT_CPP_INCLUDE_KEYWARD_TOKENS_H_
