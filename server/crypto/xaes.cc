#include "server/crypto/xaes.h"

#include <openssl/aes.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>

namespace keyward::crypto {
namespace {

using Block = std::array<uint8_t, AES_BLOCK_SIZE>;

// The first half of a nonce goes into the message's key, the second is AES-GCM's own nonce.
constexpr size_t kNonceHalf = kXaesNonceBytes / 2;
static_assert(kNonceHalf == kNonceBytes);

// A schedule that is wiped when it ends.
struct Schedule {
  explicit Schedule(const SecretBytes& key) {
    const std::string_view bytes = key.ExposeSecret();
    if (bytes.size() != kKeyBytes ||
        AES_set_encrypt_key(reinterpret_cast<const uint8_t*>(bytes.data()), 8 * kKeyBytes, &aes)) {
      std::abort();
    }
  }
  Schedule(const Schedule&) = delete;
  Schedule& operator=(const Schedule&) = delete;
  ~Schedule() { Wipe(&aes, sizeof(aes)); }

  AES_KEY aes;
};

// CMAC's subkey K1 (NIST SP 800-38B, section 6.1): the encrypted zero block, doubled in GF(2^128).
void WriteSubkey(const Schedule& schedule, Block& subkey) {
  subkey.fill(0);
  AES_encrypt(subkey.data(), subkey.data(), &schedule.aes);
  const unsigned carry = subkey[0] >> 7;
  for (size_t i = 0; i + 1 < subkey.size(); ++i) {
    subkey[i] = static_cast<uint8_t>(subkey[i] << 1 | subkey[i + 1] >> 7);
  }
  subkey.back() = static_cast<uint8_t>(subkey.back() << 1 ^ carry * 0x87);
}

// The counter-mode KDF of NIST SP 800-108r1 over CMAC, with the label "X". Its messages are one
// whole block, of which CMAC is one encryption.
SecretBytes DeriveMessageKey(const SecretBytes& key, std::string_view nonce_half) {
  const Schedule schedule(key);
  Block subkey;
  WriteSubkey(schedule, subkey);
  SecretBytes derived(kKeyBytes, [&](absl::Span<uint8_t> out) {
    for (const uint8_t counter : {uint8_t{1}, uint8_t{2}}) {
      uint8_t* const block = out.data() + (counter - 1) * AES_BLOCK_SIZE;
      block[1] = counter;
      block[2] = 'X';
      std::copy(nonce_half.begin(), nonce_half.end(), block + 4);
      for (size_t i = 0; i < subkey.size(); ++i) block[i] ^= subkey[i];
      AES_encrypt(block, block, &schedule.aes);
    }
  });
  Wipe(subkey.data(), subkey.size());
  return derived;
}

}  // namespace

void SealXaesBox(const SecretBytes& key, std::string_view plaintext,
                 std::string_view associated_data, Random& random, char* box) {
  random.Fill({reinterpret_cast<uint8_t*>(box), kXaesNonceBytes});
  const std::string_view nonce(box, kXaesNonceBytes);
  AeadSeal(DeriveMessageKey(key, nonce.substr(0, kNonceHalf)), nonce.substr(kNonceHalf), plaintext,
           associated_data, box + kXaesNonceBytes);
}

std::optional<std::string> OpenXaesBox(const SecretBytes& key, std::string_view box,
                                       std::string_view associated_data) {
  if (box.size() < kXaesBoxOverhead) return std::nullopt;
  const std::string_view nonce_half = box.substr(0, kNonceHalf);
  return OpenBox(DeriveMessageKey(key, nonce_half), box.substr(kNonceHalf), associated_data);
}

}  // namespace keyward::crypto
