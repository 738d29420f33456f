#ifndef KEYWARD_SERVER_STORE_LEGACY_TRANSCODER_H_
#define KEYWARD_SERVER_STORE_LEGACY_TRANSCODER_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "server/store/key_store.h"

namespace keyward::store {

// A row of the Python module's table encryption_keys.
struct LegacyRow {
  std::string user_id;
  std::string encrypted_key;  // nonce(12), ciphertext(32), tag(16), no associated data
  std::string created_at;     // ISO 8601, as Python's datetime.isoformat() writes it
};

// Turns the two programs' wrapped keys into each other; the bridge has no keys to do so itself.
// Thread-safe.
class LegacyTranscoder {
 public:
  virtual ~LegacyTranscoder() = default;

  // The row's key as version 1, wrapped anew under the current master key.
  // errors::StoredKeyCorrupt where no loaded master key opens it.
  virtual absl::StatusOr<KeyVersion> Import(const LegacyRow& row) const = 0;

  // A stored version as a row that the Python module reads.
  // errors::StoredKeyCorrupt or errors::KekNotLoaded where the version does not open.
  virtual absl::StatusOr<LegacyRow> Export(std::string_view user_id,
                                           const KeyVersion& key) const = 0;

  // Whether the row and the stored version hold the same key. Fails as Import and Export do.
  virtual absl::StatusOr<bool> SameKey(const LegacyRow& row, const KeyVersion& key) const = 0;
};

}  // namespace keyward::store

#endif  // KEYWARD_SERVER_STORE_LEGACY_TRANSCODER_H_
