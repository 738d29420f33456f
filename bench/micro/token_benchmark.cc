// The token's text: base64url of a box, without any cryptography.
#include <benchmark/benchmark.h>

#include <string>

#include "bench/plaintext.h"
#include "server/crypto/aead.h"
#include "server/crypto/base64.h"
#include "server/crypto/random.h"
#include "server/crypto/secret_bytes.h"
#include "server/keyring/token.h"

namespace keyward::bench {
namespace {

constexpr size_t kValueBytes = 128;

void BM_EncodeBox(benchmark::State& state) {
  const std::string box(kValueBytes + crypto::kBoxOverhead, '\x5a');
  std::string text;
  for (auto _ : state) {
    text.clear();
    crypto::AppendBase64Url(box, text);
    benchmark::DoNotOptimize(text);
  }
}
BENCHMARK(BM_EncodeBox);

void BM_DecodeBox(benchmark::State& state) {
  std::string text;
  crypto::AppendBase64Url(std::string(kValueBytes + crypto::kBoxOverhead, '\x5a'), text);
  for (auto _ : state) benchmark::DoNotOptimize(crypto::DecodeBase64Url(text));
}
BENCHMARK(BM_DecodeBox);

void BM_ParseToken(benchmark::State& state) {
  const auto key = crypto::SecretBytes::CopyOf(std::string(crypto::kKeyBytes, 'k'));
  const std::string token =
      keyring::SealToken(key, Plaintext(kValueBytes), "", crypto::SystemRandom());
  for (auto _ : state) benchmark::DoNotOptimize(keyring::ParseToken(token));
}
BENCHMARK(BM_ParseToken);

}  // namespace
}  // namespace keyward::bench
