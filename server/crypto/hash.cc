#include "server/crypto/hash.h"

#include <openssl/digest.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "absl/strings/escaping.h"

namespace keyward::crypto {
namespace {

const uint8_t* Bytes(std::string_view text) {
  return reinterpret_cast<const uint8_t*>(text.data());
}

std::string Hex(const Sha256Digest& digest) {
  return absl::BytesToHexString({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

// SHA-256's state after one block: the key, with each byte turned by `pad`.
void AbsorbKey(std::string_view key, uint8_t pad, uint8_t* out) {
  std::array<uint8_t, SHA256_CBLOCK> block{};
  std::copy(key.begin(), key.end(), block.begin());
  for (uint8_t& each : block) each ^= pad;
  SHA256_CTX state;
  SHA256_Init(&state);
  SHA256_Update(&state, block.data(), block.size());
  std::memcpy(out, &state, sizeof state);
  Wipe(block.data(), block.size());
  Wipe(&state, sizeof state);
}

}  // namespace

std::string Sha256Hex(std::string_view data) {
  Sha256Digest digest;
  SHA256(Bytes(data), data.size(), digest.data());
  return Hex(digest);
}

Sha256Digest HmacSha256(const SecretBytes& key, std::string_view data) {
  const std::string_view secret = key.ExposeSecret();
  Sha256Digest digest;
  unsigned size = 0;
  if (!HMAC(EVP_sha256(), secret.data(), secret.size(), Bytes(data), data.size(), digest.data(),
            &size)) {
    std::abort();
  }
  return digest;
}

HmacSha256Key::HmacSha256Key(const SecretBytes& key)
    : states_(2 * sizeof(SHA256_CTX), [&](absl::Span<uint8_t> out) {
        Sha256Digest digest;
        std::string_view secret = key.ExposeSecret();
        if (secret.size() > SHA256_CBLOCK) {
          SHA256(Bytes(secret), secret.size(), digest.data());
          secret = {reinterpret_cast<const char*>(digest.data()), digest.size()};
        }
        AbsorbKey(secret, 0x36, out.data());
        AbsorbKey(secret, 0x5c, out.data() + sizeof(SHA256_CTX));
        Wipe(digest.data(), digest.size());
      }) {}

Sha256Digest HmacSha256Key::Sign(std::string_view first, std::string_view second) const {
  std::array<SHA256_CTX, 2> states;
  std::memcpy(states.data(), states_.ExposeSecret().data(), sizeof states);
  Sha256Digest digest;
  SHA256_Update(&states[0], first.data(), first.size());
  SHA256_Update(&states[0], second.data(), second.size());
  SHA256_Final(digest.data(), &states[0]);
  SHA256_Update(&states[1], digest.data(), digest.size());
  SHA256_Final(digest.data(), &states[1]);
  Wipe(states.data(), sizeof states);
  return digest;
}

struct Sha256Stream::State {
  SHA256_CTX context;
};

Sha256Stream::Sha256Stream() : state_(std::make_unique<State>()) { SHA256_Init(&state_->context); }

Sha256Stream::Sha256Stream(Sha256Stream&& other) noexcept = default;

Sha256Stream& Sha256Stream::operator=(Sha256Stream&& other) noexcept = default;

Sha256Stream::~Sha256Stream() = default;

void Sha256Stream::Add(std::string_view data) {
  SHA256_Update(&state_->context, data.data(), data.size());
}

std::string Sha256Stream::FinishHex() {
  Sha256Digest digest;
  SHA256_Final(digest.data(), &state_->context);
  return Hex(digest);
}

}  // namespace keyward::crypto
