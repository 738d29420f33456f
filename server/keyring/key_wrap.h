#ifndef KEYWARD_SERVER_KEYRING_KEY_WRAP_H_
#define KEYWARD_SERVER_KEYRING_KEY_WRAP_H_

#include <cstdint>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/crypto/random.h"
#include "server/crypto/secret_bytes.h"
#include "server/keyring/kek.h"
#include "server/store/key_store.h"

// Wrap format 2: nonce(12), ciphertext(32), tag(16) of AES-256-GCM under the KEK, with associated
// data
//
//   "keyward/wrap/2" 00 kek_id(8) version(8, big-endian) user_id
//
// so that a row copied onto another user's, version's or KEK's does not open.
namespace keyward::keyring {

inline constexpr int kWrapFormat = 2;

// A stored version that holds `key`.
store::KeyVersion WrapKey(const Kek& kek, std::string_view user_id, uint32_t version,
                          const crypto::SecretBytes& key, absl::Time created,
                          crypto::Random& random);

// A stored version that holds a new, random key.
store::KeyVersion WrapNewKey(const Kek& kek, std::string_view user_id, uint32_t version,
                             absl::Time created, crypto::Random& random);

// errors::KekNotLoaded, or errors::StoredKeyCorrupt where the row is damaged or another's.
absl::StatusOr<crypto::SecretBytes> UnwrapKey(const MasterKeys& keks, std::string_view user_id,
                                              const store::KeyVersion& stored);

// The same version with the same key, wrapped under the current master key. Errors as UnwrapKey.
absl::StatusOr<store::KeyVersion> RewrapKey(const MasterKeys& keks, std::string_view user_id,
                                            const store::KeyVersion& stored,
                                            crypto::Random& random);

}  // namespace keyward::keyring

#endif  // KEYWARD_SERVER_KEYRING_KEY_WRAP_H_
