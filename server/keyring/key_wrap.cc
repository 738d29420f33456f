#include "server/keyring/key_wrap.h"

#include <string>
#include <utility>

#include "absl/strings/escaping.h"
#include "server/crypto/aead.h"
#include "server/errors/errors.h"

namespace keyward::keyring {
namespace {

constexpr std::string_view kLabel("keyward/wrap/2\0", 15);

std::string AssociatedData(std::string_view kek_id, uint32_t version, std::string_view user_id) {
  std::string data(kLabel);
  data.append(kek_id);
  for (int shift = 56; shift >= 0; shift -= 8) {
    data.push_back(static_cast<char>((uint64_t{version} >> shift) & 0xff));
  }
  data.append(user_id);
  return data;
}

}  // namespace

store::KeyVersion WrapKey(const Kek& kek, std::string_view user_id, uint32_t version,
                          const crypto::SecretBytes& key, absl::Time created,
                          crypto::Random& random) {
  return {.version = version,
          .kek_id = kek.id(),
          .wrap_format = kWrapFormat,
          .wrapped_key = crypto::SealBox(kek.key(), key.ExposeSecret(),
                                         AssociatedData(kek.id(), version, user_id), random),
          .state = store::VersionState::kEnabled,
          .created_at_micros = absl::ToUnixMicros(created)};
}

store::KeyVersion WrapNewKey(const Kek& kek, std::string_view user_id, uint32_t version,
                             absl::Time created, crypto::Random& random) {
  const crypto::SecretBytes key(crypto::kKeyBytes,
                                [&](absl::Span<uint8_t> out) { random.Fill(out); });
  return WrapKey(kek, user_id, version, key, created, random);
}

absl::StatusOr<crypto::SecretBytes> UnwrapKey(const MasterKeys& keks, std::string_view user_id,
                                              const store::KeyVersion& stored) {
  if (stored.wrap_format != kWrapFormat || stored.kek_id.size() != kKekIdBytes) {
    return errors::StoredKeyCorrupt();
  }
  const Kek* kek = keks.Find(stored.kek_id);
  if (kek == nullptr) return errors::KekNotLoaded(absl::BytesToHexString(stored.kek_id));
  auto key = crypto::OpenSecretBox(kek->key(), stored.wrapped_key,
                                   AssociatedData(stored.kek_id, stored.version, user_id));
  if (!key || key->size() != crypto::kKeyBytes) return errors::StoredKeyCorrupt();
  return *std::move(key);
}

absl::StatusOr<store::KeyVersion> RewrapKey(const MasterKeys& keks, std::string_view user_id,
                                            const store::KeyVersion& stored,
                                            crypto::Random& random) {
  const auto key = UnwrapKey(keks, user_id, stored);
  if (!key.ok()) return key.status();
  const Kek& kek = *keks.current();
  store::KeyVersion rewrapped = stored;
  rewrapped.kek_id = kek.id();
  rewrapped.wrapped_key = crypto::SealBox(
      kek.key(), key->ExposeSecret(), AssociatedData(kek.id(), stored.version, user_id), random);
  return rewrapped;
}

}  // namespace keyward::keyring
