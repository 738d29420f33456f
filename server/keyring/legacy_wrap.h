#ifndef KEYWARD_SERVER_KEYRING_LEGACY_WRAP_H_
#define KEYWARD_SERVER_KEYRING_LEGACY_WRAP_H_

#include <string_view>

#include "absl/status/statusor.h"
#include "server/crypto/random.h"
#include "server/keyring/clock.h"
#include "server/keyring/kek.h"
#include "server/store/legacy_transcoder.h"

namespace keyward::keyring {

// The Python module's wrapping (AES-256-GCM under the KEK without associated data) turned into ours
// and back. Needs a current master key. Thread-safe.
class LegacyWrap : public store::LegacyTranscoder {
 public:
  // All must outlive it.
  LegacyWrap(const MasterKeys& keks, const Clock& clock, crypto::Random& random)
      : keks_(keks), clock_(clock), random_(random) {}

  // A row whose created_at makes no sense is taken as made now: its key counts, not its date.
  absl::StatusOr<store::KeyVersion> Import(const store::LegacyRow& row) const override;
  absl::StatusOr<store::LegacyRow> Export(std::string_view user_id,
                                          const store::KeyVersion& key) const override;
  absl::StatusOr<bool> SameKey(const store::LegacyRow& row,
                               const store::KeyVersion& key) const override;

 private:
  absl::StatusOr<crypto::SecretBytes> Open(const store::LegacyRow& row) const;

  const MasterKeys& keks_;
  const Clock& clock_;
  crypto::Random& random_;
};

}  // namespace keyward::keyring

#endif  // KEYWARD_SERVER_KEYRING_LEGACY_WRAP_H_
