#include "server/keyring/legacy_wrap.h"

#include <string>
#include <utility>

#include "server/crypto/aead.h"
#include "server/errors/errors.h"
#include "server/keyring/iso_time.h"
#include "server/keyring/key_wrap.h"

namespace keyward::keyring {

absl::StatusOr<store::KeyVersion> LegacyWrap::Import(const store::LegacyRow& row) const {
  const auto key = Open(row);
  if (!key.ok()) return key.status();
  const absl::Time created = ParseIsoTime(row.created_at).value_or(clock_.Now());
  return WrapKey(*keks_.current(), row.user_id, /*version=*/1, *key, created, random_);
}

absl::StatusOr<store::LegacyRow> LegacyWrap::Export(std::string_view user_id,
                                                    const store::KeyVersion& key) const {
  const auto opened = UnwrapKey(keks_, user_id, key);
  if (!opened.ok()) return opened.status();
  return store::LegacyRow{
      .user_id = std::string(user_id),
      .encrypted_key = crypto::SealBox(keks_.current()->key(), opened->ExposeSecret(), "", random_),
      .created_at = FormatIsoTime(absl::FromUnixMicros(key.created_at_micros))};
}

absl::StatusOr<bool> LegacyWrap::SameKey(const store::LegacyRow& row,
                                         const store::KeyVersion& key) const {
  const auto legacy = Open(row);
  if (!legacy.ok()) return legacy.status();
  const auto stored = UnwrapKey(keks_, row.user_id, key);
  if (!stored.ok()) return stored.status();
  return *legacy == *stored;
}

absl::StatusOr<crypto::SecretBytes> LegacyWrap::Open(const store::LegacyRow& row) const {
  for (const Kek& kek : keks_.all()) {
    auto key = crypto::OpenSecretBox(kek.key(), row.encrypted_key, "");
    if (key && key->size() == crypto::kKeyBytes) return *std::move(key);
  }
  return errors::StoredKeyCorrupt();
}

}  // namespace keyward::keyring
