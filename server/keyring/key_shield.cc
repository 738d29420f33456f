#include "server/keyring/key_shield.h"

#include <cstdlib>
#include <cstring>
#include <string_view>
#include <utility>

namespace keyward::keyring {

KeyShield::KeyShield(crypto::Random& random)
    : process_key_(crypto::kKeyBytes, [&](absl::Span<uint8_t> out) { random.Fill(out); }) {}

ShieldedKey KeyShield::Shield(const crypto::SecretBytes& key) {
  ShieldedKey shielded{};
  const uint64_t nonce = next_nonce_.fetch_add(1, std::memory_order_relaxed);
  std::memcpy(shielded.data(), &nonce, sizeof(nonce));
  crypto::AeadSeal(process_key_, std::string_view(shielded.data(), crypto::kNonceBytes),
                   key.ExposeSecret(), "", shielded.data() + crypto::kNonceBytes);
  return shielded;
}

crypto::SecretBytes KeyShield::Unshield(const ShieldedKey& shielded) const {
  auto key = crypto::OpenSecretBox(process_key_, std::string_view(shielded.data(), shielded.size()),
                                   "");
  if (!key) std::abort();
  return *std::move(key);
}

}  // namespace keyward::keyring
