#ifndef KEYWARD_SERVER_KEYRING_TOKEN_V3_H_
#define KEYWARD_SERVER_KEYRING_TOKEN_V3_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "server/crypto/random.h"
#include "server/crypto/secret_bytes.h"
#include "server/keyring/token.h"

// Format v3: the version of the key and an XAES-256-GCM box, under a key that is derived from the
// data key for this alone. The associated data begins with whose key it is, so no token opens in
// another's place, not even under the same key.
namespace keyward::keyring {

// Whose key seals a token.
struct TokenOwner {
  static TokenOwner User(std::string_view user_id, uint32_t version) {
    return {'\x01', version, user_id};
  }
  // The pool whose key follows from that KEK; `kek_id` has 8 bytes.
  static TokenOwner Pool(std::string_view kek_id) { return {'\x02', 0, kek_id}; }

  char kind;
  uint32_t version;
  std::string_view id;
};

std::string SealTokenV3(const crypto::SecretBytes& data_key, const TokenOwner& owner,
                        std::string_view plaintext, std::string_view associated_data,
                        crypto::Random& random);

// nullopt where the token, which is of format v3, is not that owner's, or does not authenticate.
std::optional<std::string> OpenTokenV3(const crypto::SecretBytes& data_key, const TokenOwner& owner,
                                       const ParsedToken& token, std::string_view associated_data);

}  // namespace keyward::keyring

#endif  // KEYWARD_SERVER_KEYRING_TOKEN_V3_H_
