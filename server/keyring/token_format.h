#ifndef KEYWARD_SERVER_KEYRING_TOKEN_FORMAT_H_
#define KEYWARD_SERVER_KEYRING_TOKEN_FORMAT_H_

namespace keyward::keyring {

// How a value is sealed and written; docs/FORMATS.md has both to the byte.
enum class TokenFormat {
  kV2,  // AES-256-GCM under the data key itself: the Python module's
  kV3,  // XAES-256-GCM, names the version of the key, bound to whose key it is
};

}  // namespace keyward::keyring

#endif  // KEYWARD_SERVER_KEYRING_TOKEN_FORMAT_H_
