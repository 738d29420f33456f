#ifndef KEYWARD_SERVER_KEYRING_KEY_SHIELD_H_
#define KEYWARD_SERVER_KEYRING_KEY_SHIELD_H_

#include <array>
#include <atomic>
#include <cstdint>

#include "server/crypto/aead.h"
#include "server/crypto/locked_memory.h"
#include "server/crypto/random.h"
#include "server/crypto/secret_bytes.h"

namespace keyward::keyring {

// A data key sealed for as long as this process lives.
using ShieldedKey = std::array<char, crypto::kKeyBytes + crypto::kBoxOverhead>;

// Keeps data keys sealed while they wait in ordinary memory, under a random key of this process
// that is in locked memory (as OpenSSH shields private keys, PROTOCOL and sshkey.c). So locked
// memory holds only the few keys in use, and a piece of leaked heap is worth nothing. Thread-safe.
class KeyShield {
 public:
  explicit KeyShield(crypto::Random& random);

  // `key` has crypto::kKeyBytes.
  ShieldedKey Shield(const crypto::SecretBytes& key);
  // These end the program where `shielded` was damaged: only a broken memory does that.
  crypto::SecretBytes Unshield(const ShieldedKey& shielded) const;
  // The same key, ready to seal and open with.
  crypto::AeadKey UnshieldForUse(const ShieldedKey& shielded) const;

 private:
  const crypto::Locked<crypto::AeadKey> process_key_;
  std::atomic<uint64_t> next_nonce_ = 0;  // a counter: it never repeats while the key lives
};

}  // namespace keyward::keyring

#endif  // KEYWARD_SERVER_KEYRING_KEY_SHIELD_H_
