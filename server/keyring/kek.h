#ifndef KEYWARD_SERVER_KEYRING_KEK_H_
#define KEYWARD_SERVER_KEYRING_KEK_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "server/crypto/secret_bytes.h"

namespace keyward::keyring {

inline constexpr size_t kKekBytes = 32;
inline constexpr size_t kKekIdBytes = 8;

// The Python module's salt for the pool's key.
inline constexpr std::string_view kDefaultPoolKeySalt = "stargazer:api_key_pool";

// Reads one master key: base64 of 32 bytes, either alphabet, padding optional, white space ignored.
// The error says what is wrong with it and holds nothing of it.
absl::StatusOr<crypto::SecretBytes> ParseKek(std::string_view text);

// The 8-byte id that 16 hex digits stand for; nullopt where they are none.
std::optional<std::string> ParseKekId(std::string_view hex);

// Reads any number of master keys separated by white space or commas.
absl::StatusOr<std::vector<crypto::SecretBytes>> ParseKekList(std::string_view text);

// A key-encryption key (master key), and what follows from it. Immutable.
class Kek {
 public:
  // `key` has kKekBytes. Derives the pool's key, which takes tens of milliseconds on purpose.
  Kek(crypto::SecretBytes key, std::string_view pool_key_salt);

  // The first 8 bytes of HMAC-SHA256(key, "keyward/kek-id/1"): names the key and tells nothing
  // about it.
  const std::string& id() const { return id_; }
  // The same as 16 hex digits.
  std::string hex_id() const;

  const crypto::SecretBytes& key() const { return key_; }
  // PBKDF2-HMAC-SHA256(key, salt, 100 000 rounds, 32 bytes).
  const crypto::SecretBytes& pool_key() const { return pool_key_; }

 private:
  crypto::SecretBytes key_;
  std::string id_;
  crypto::SecretBytes pool_key_;
};

// The loaded master keys: the current one, under which new keys are wrapped, and the others that
// may still be read. Without a current one encryption is disabled. Immutable.
class MasterKeys {
 public:
  MasterKeys() = default;
  // A previous key that equals another one is dropped.
  MasterKeys(std::optional<crypto::SecretBytes> current, std::vector<crypto::SecretBytes> previous,
             std::string_view pool_key_salt);

  // Null where encryption is disabled.
  const Kek* current() const { return has_current_ ? &keks_.front() : nullptr; }
  // By its 8-byte id; null where it is not loaded.
  const Kek* Find(std::string_view id) const;
  // The current one first.
  const std::vector<Kek>& all() const { return keks_; }

 private:
  bool has_current_ = false;
  std::vector<Kek> keks_;
};

}  // namespace keyward::keyring

#endif  // KEYWARD_SERVER_KEYRING_KEK_H_
