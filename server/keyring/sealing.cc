#include "server/keyring/sealing.h"

#include "server/crypto/aead.h"
#include "server/keyring/token_v3.h"

namespace keyward::keyring {

std::string SealUnder(const LoadedVersion& version, const KeyShield& shield, TokenFormat format,
                      const EncryptItem& item, crypto::Random& nonces) {
  if (format == TokenFormat::kV3) {
    return SealTokenV3(shield.Unshield(*version.key),
                       TokenOwner::User(*item.scope.user_id, version.version), item.plaintext,
                       item.associated_data, nonces);
  }
  return SealToken(shield.UnshieldForUse(*version.key), item.plaintext, item.associated_data,
                   nonces);
}

std::string SealUnder(const Kek& kek, TokenFormat format, const EncryptItem& item,
                      crypto::Random& nonces) {
  if (format == TokenFormat::kV3) {
    return SealTokenV3(kek.pool_key(), TokenOwner::Pool(kek.id()), item.plaintext,
                       item.associated_data, nonces);
  }
  return SealToken(kek.pool_key(), item.plaintext, item.associated_data, nonces);
}

std::optional<std::string> OpenUnder(const LoadedVersion& version, const KeyShield& shield,
                                     const ParsedToken& token, const DecryptItem& item) {
  if (token.format == TokenFormat::kV3) {
    return OpenTokenV3(shield.Unshield(*version.key),
                       TokenOwner::User(*item.scope.user_id, version.version), token,
                       item.associated_data);
  }
  return crypto::OpenBox(shield.UnshieldForUse(*version.key), token.box(), item.associated_data);
}

std::optional<std::string> OpenUnder(const Kek& kek, const ParsedToken& token,
                                     const DecryptItem& item) {
  if (token.format == TokenFormat::kV3) {
    return OpenTokenV3(kek.pool_key(), TokenOwner::Pool(kek.id()), token, item.associated_data);
  }
  return crypto::OpenBox(kek.pool_key(), token.box(), item.associated_data);
}

}  // namespace keyward::keyring
