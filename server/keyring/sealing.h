#ifndef KEYWARD_SERVER_KEYRING_SEALING_H_
#define KEYWARD_SERVER_KEYRING_SEALING_H_

#include <optional>
#include <string>

#include "server/crypto/random.h"
#include "server/keyring/kek.h"
#include "server/keyring/key_shield.h"
#include "server/keyring/keyring.h"
#include "server/keyring/loaded_user.h"
#include "server/keyring/token.h"

// An item under one key, a version of its user's or a KEK's pool key, in either format.
namespace keyward::keyring {

// The token. `version` has a key.
std::string SealUnder(const LoadedVersion& version, const KeyShield& shield, TokenFormat format,
                      const EncryptItem& item, crypto::Random& nonces);
std::string SealUnder(const Kek& kek, TokenFormat format, const EncryptItem& item,
                      crypto::Random& nonces);

// The plaintext; nullopt where the token is not under that key. `version` has a key.
std::optional<std::string> OpenUnder(const LoadedVersion& version, const KeyShield& shield,
                                     const ParsedToken& token, const DecryptItem& item);
std::optional<std::string> OpenUnder(const Kek& kek, const ParsedToken& token,
                                     const DecryptItem& item);

}  // namespace keyward::keyring

#endif  // KEYWARD_SERVER_KEYRING_SEALING_H_
