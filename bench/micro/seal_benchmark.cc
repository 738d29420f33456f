// Seal and open of the values that calls carry, and BoringSSL's bare AES-256-GCM to compare them
// with.
#include <benchmark/benchmark.h>

#include <array>
#include <string>

#include "bench/micro/bare_aead.h"
#include "bench/plaintext.h"
#include "server/crypto/aead.h"
#include "server/crypto/random.h"
#include "server/crypto/secret_bytes.h"
#include "server/keyring/token_v3.h"

namespace keyward::bench {
namespace {

constexpr size_t kValueBytes = 128;
constexpr std::string_view kKeyBytes = "0123456789abcdef0123456789abcdef";

using Box = std::array<uint8_t, BareAead::kNonceBytes + kValueBytes + BareAead::kTagBytes>;

void BM_BareSeal(benchmark::State& state) {
  const BareAead aead(kKeyBytes);
  const std::string plaintext = Plaintext(kValueBytes);
  Box box;
  for (auto _ : state) {
    aead.Seal(plaintext, box.data());
    benchmark::DoNotOptimize(box);
  }
}
BENCHMARK(BM_BareSeal);

void BM_BareSealWithKeySetUp(benchmark::State& state) {
  const std::string plaintext = Plaintext(kValueBytes);
  Box box;
  for (auto _ : state) {
    BareSealWithKeySetUp(kKeyBytes, plaintext, box.data());
    benchmark::DoNotOptimize(box);
  }
}
BENCHMARK(BM_BareSealWithKeySetUp);

void BM_SealToken(benchmark::State& state) {
  const crypto::AeadKey key(crypto::SecretBytes::CopyOf(kKeyBytes));
  const std::string plaintext = Plaintext(kValueBytes);
  for (auto _ : state) {
    benchmark::DoNotOptimize(keyring::SealToken(key, plaintext, "", crypto::SystemRandom()));
  }
}
BENCHMARK(BM_SealToken);

void BM_SealTokenWithKeySetUp(benchmark::State& state) {
  const auto key = crypto::SecretBytes::CopyOf(kKeyBytes);
  const std::string plaintext = Plaintext(kValueBytes);
  for (auto _ : state) {
    const crypto::AeadKey ready(key);
    benchmark::DoNotOptimize(keyring::SealToken(ready, plaintext, "", crypto::SystemRandom()));
  }
}
BENCHMARK(BM_SealTokenWithKeySetUp);

void BM_SealTokenV3(benchmark::State& state) {
  const crypto::SecretBytes key = crypto::SecretBytes::CopyOf(kKeyBytes);
  const auto owner = keyring::TokenOwner::User("alice", 1);
  const std::string plaintext = Plaintext(kValueBytes);
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        keyring::SealTokenV3(key, owner, plaintext, "", crypto::SystemRandom()));
  }
}
BENCHMARK(BM_SealTokenV3);

void BM_BareOpen(benchmark::State& state) {
  const BareAead aead(kKeyBytes);
  Box box;
  aead.Seal(Plaintext(kValueBytes), box.data());
  const std::string_view text(reinterpret_cast<const char*>(box.data()), box.size());
  std::array<uint8_t, kValueBytes> plaintext;
  for (auto _ : state) {
    if (!aead.Open(text, plaintext.data())) return state.SkipWithError("it does not open");
    benchmark::DoNotOptimize(plaintext);
  }
}
BENCHMARK(BM_BareOpen);

void BM_OpenToken(benchmark::State& state) {
  const crypto::AeadKey key(crypto::SecretBytes::CopyOf(kKeyBytes));
  const std::string token =
      keyring::SealToken(key, Plaintext(kValueBytes), "", crypto::SystemRandom());
  for (auto _ : state) {
    const auto parsed = keyring::ParseToken(token);
    const auto plaintext = crypto::OpenBox(key, parsed->box(), "");
    if (!plaintext) return state.SkipWithError("it does not open");
    benchmark::DoNotOptimize(plaintext);
  }
}
BENCHMARK(BM_OpenToken);

}  // namespace
}  // namespace keyward::bench
