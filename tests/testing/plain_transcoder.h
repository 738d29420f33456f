#ifndef KEYWARD_TESTS_TESTING_PLAIN_TRANSCODER_H_
#define KEYWARD_TESTS_TESTING_PLAIN_TRANSCODER_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "server/errors/errors.h"
#include "server/store/legacy_transcoder.h"

namespace keyward::testing {

inline constexpr std::string_view kLegacyNonce = "legacy-nonce";
inline constexpr std::string_view kStoredNonce = "stored-nonce";
inline constexpr std::string_view kTag = "sixteen-byte-tag";

inline std::string DataKey(char fill) { return std::string(32, fill); }

// A version whose "wrapped" data key is 32 times `fill`.
inline store::KeyVersion StoredKey(char fill) {
  store::KeyVersion key;
  key.version = 1;
  key.kek_id = "8-byte-k";
  key.wrap_format = 2;
  key.wrapped_key = std::string(kStoredNonce) + DataKey(fill) + std::string(kTag);
  key.created_at_micros = 1'700'000'000'000'000;
  return key;
}

inline store::LegacyRow LegacyKey(const std::string& user_id, char fill) {
  return {.user_id = user_id,
          .encrypted_key = std::string(kLegacyNonce) + DataKey(fill) + std::string(kTag),
          .created_at = "2023-11-14T22:13:20+00:00"};
}

// A transcoder without cryptography: the nonce tells which side wrapped a key, and whether it
// "opens".
class PlainTranscoder : public store::LegacyTranscoder {
 public:
  absl::StatusOr<store::KeyVersion> Import(const store::LegacyRow& row) const override {
    if (!Opens(row.encrypted_key, kLegacyNonce)) return errors::StoredKeyCorrupt();
    return StoredKey(row.encrypted_key[kLegacyNonce.size()]);
  }
  absl::StatusOr<store::LegacyRow> Export(std::string_view user_id,
                                          const store::KeyVersion& key) const override {
    if (!Opens(key.wrapped_key, kStoredNonce)) return errors::StoredKeyCorrupt();
    return LegacyKey(std::string(user_id), key.wrapped_key[kStoredNonce.size()]);
  }
  absl::StatusOr<bool> SameKey(const store::LegacyRow& row,
                               const store::KeyVersion& key) const override {
    const absl::StatusOr<store::KeyVersion> theirs = Import(row);
    if (!theirs.ok()) return theirs.status();
    if (!Opens(key.wrapped_key, kStoredNonce)) return errors::StoredKeyCorrupt();
    return theirs->wrapped_key == key.wrapped_key;
  }

 private:
  static bool Opens(std::string_view wrapped, std::string_view nonce) {
    return wrapped.size() == nonce.size() + 32 + kTag.size() &&
           wrapped.substr(0, nonce.size()) == nonce;
  }
};

}  // namespace keyward::testing

#endif  // KEYWARD_TESTS_TESTING_PLAIN_TRANSCODER_H_
