#include "server/keyring/key_shield.h"

#include <cstdlib>
#include <cstring>
#include <string_view>
#include <utility>

namespace keyward::keyring {
namespace {

std::string_view View(const ShieldedKey& shielded) { return {shielded.data(), shielded.size()}; }

}  // namespace

KeyShield::KeyShield(crypto::Random& random)
    : process_key_(crypto::SecretBytes(crypto::kKeyBytes,
                                       [&](absl::Span<uint8_t> out) { random.Fill(out); })) {}

ShieldedKey KeyShield::Shield(const crypto::SecretBytes& key) {
  ShieldedKey shielded{};
  const uint64_t nonce = next_nonce_.fetch_add(1, std::memory_order_relaxed);
  std::memcpy(shielded.data(), &nonce, sizeof(nonce));
  crypto::AeadSeal(*process_key_, View(shielded).substr(0, crypto::kNonceBytes), key.ExposeSecret(),
                   "", shielded.data() + crypto::kNonceBytes);
  return shielded;
}

crypto::SecretBytes KeyShield::Unshield(const ShieldedKey& shielded) const {
  auto key = crypto::OpenSecretBox(*process_key_, View(shielded), "");
  if (!key) std::abort();
  return *std::move(key);
}

crypto::AeadKey KeyShield::UnshieldForUse(const ShieldedKey& shielded) const {
  return crypto::AeadKey::Unwrap(*process_key_, View(shielded));
}

}  // namespace keyward::keyring
