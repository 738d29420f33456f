#ifndef KEYWARD_SERVER_CRYPTO_AEAD_H_
#define KEYWARD_SERVER_CRYPTO_AEAD_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "server/crypto/random.h"
#include "server/crypto/secret_bytes.h"

// AES-256-GCM (NIST SP 800-38D) with 96-bit nonces and 128-bit tags. What is sealed can be neither
// read nor changed without the key, and opens only with the associated data it was sealed with. A
// nonce must never serve twice under one key; random ones are safe for 2^32 messages a key.
namespace keyward::crypto {

inline constexpr size_t kKeyBytes = 32;
inline constexpr size_t kNonceBytes = 12;
inline constexpr size_t kTagBytes = 16;
// What a box is longer than its plaintext.
inline constexpr size_t kBoxOverhead = kNonceBytes + kTagBytes;

// A key made ready for use: its schedule, wiped when it ends. Immutable, so threads may share it. A
// SecretBytes stands for one that serves once.
class AeadKey {
 public:
  // `key` has kKeyBytes; anything else ends the program.
  AeadKey(const SecretBytes& key);  // NOLINT(google-explicit-constructor)
  // The key in a box that this process made itself: one that does not open ends the program.
  static AeadKey Unwrap(const AeadKey& wrapping, std::string_view box);

  AeadKey(const AeadKey&) = delete;
  AeadKey& operator=(const AeadKey&) = delete;
  ~AeadKey();

 private:
  friend class AeadContext;  // knows what the bytes are

  explicit AeadKey(std::string_view key);

  // BoringSSL's EVP_AEAD_CTX, whose header stays in this folder.
  alignas(16) char context_[608];
};

// Writes ciphertext and tag, plaintext.size() + kTagBytes bytes, to `out`. `nonce` has kNonceBytes;
// anything else ends the program.
void AeadSeal(const AeadKey& key, std::string_view nonce, std::string_view plaintext,
              std::string_view associated_data, char* out);

// Writes the plaintext, sealed.size() - kTagBytes bytes, to `out`; false, and nothing of it is left
// there, where `sealed` is too short or does not authenticate.
bool AeadOpen(const AeadKey& key, std::string_view nonce, std::string_view sealed,
              std::string_view associated_data, char* out);

// A box is nonce, ciphertext and tag in one string. The first of these writes plaintext.size() +
// kBoxOverhead bytes to `box`.
void SealBox(const AeadKey& key, std::string_view plaintext, std::string_view associated_data,
             Random& random, char* box);
std::string SealBox(const AeadKey& key, std::string_view plaintext,
                    std::string_view associated_data, Random& random);
std::optional<std::string> OpenBox(const AeadKey& key, std::string_view box,
                                   std::string_view associated_data);
// As OpenBox, for a box that holds a secret.
std::optional<SecretBytes> OpenSecretBox(const AeadKey& key, std::string_view box,
                                         std::string_view associated_data);

}  // namespace keyward::crypto

#endif  // KEYWARD_SERVER_CRYPTO_AEAD_H_
