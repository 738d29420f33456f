#ifndef KEYWARD_CLIENT_CPP_INCLUDE_KEYWARD_TOKEN_FORMAT_H_
#define KEYWARD_CLIENT_CPP_INCLUDE_KEYWARD_TOKEN_FORMAT_H_

namespace keyward::client {

// How a value is sealed and written (Keyward's docs/FORMATS.md); a server reads both. The numbers
// are those of the API.
enum class TokenFormat {
  // The server's own: see StatusResult.
  kServerDefault = 0,
  // "v2:…", AES-256-GCM, the Python module's: at most 2^32 values a key.
  kV2 = 2,
  // "v3:…", XAES-256-GCM: any number of values, bound to the user, or the pool, and the key's
  // version.
  // LEGACY_SHARED where the Python module shares the server's keys.
  kV3 = 3,
};

}  // namespace keyward::client

#endif  // KEYWARD_CLIENT_CPP_INCLUDE_KEYWARD_TOKEN_FORMAT_H_
