// Encrypt and Decrypt on the keyring where the user's key is cached: what a call costs besides
// gRPC.
#include <benchmark/benchmark.h>

#include <latch>
#include <string>
#include <utility>
#include <vector>

#include "bench/plaintext.h"
#include "bench/random_sequence.h"
#include "bench/user_ids.h"
#include "server/crypto/random.h"
#include "server/crypto/secret_bytes.h"
#include "server/keyring/clock.h"
#include "server/keyring/kek.h"
#include "server/keyring/keyring.h"
#include "server/store/fake_key_store.h"

namespace keyward::bench {
namespace {

constexpr uint64_t kUsers = 100'000;
constexpr size_t kValueBytes = 128;

// A keyring with the keys of all users cached, and a token of each. Made once, shared by the
// threads.
class WarmKeyring {
 public:
  static WarmKeyring& Get() {
    static WarmKeyring warm;
    return warm;
  }

  keyring::Keyring& keyring() { return keyring_; }
  const std::string& user(uint64_t index) const { return users_[index]; }
  const std::string& token(uint64_t index) const { return tokens_[index]; }
  const std::string& plaintext() const { return plaintext_; }

 private:
  WarmKeyring()
      : keks_(crypto::SecretBytes::CopyOf(std::string(keyring::kKekBytes, 'k')), {},
              keyring::kDefaultPoolKeySalt),
        keyring_(keks_, store_, keyring::SystemClock(), crypto::SystemRandom(),
                 {.cache_max_users = 2 * kUsers, .cache_ttl = absl::Hours(1)}),
        plaintext_(Plaintext(kValueBytes)) {
    for (uint64_t i = 0; i < kUsers; ++i) users_.push_back(UserId(i));
    tokens_.resize(kUsers);
    std::latch all_sealed(kUsers);
    for (uint64_t i = 0; i < kUsers; ++i) {
      keyring_.Encrypt({.scope = {users_[i]}, .plaintext = plaintext_},
                       [&, i](absl::StatusOr<keyring::Encrypted> sealed) {
                         if (sealed.ok()) tokens_[i] = std::move(sealed->token);
                         all_sealed.count_down();
                       });
    }
    all_sealed.wait();
  }

  keyring::MasterKeys keks_;
  store::FakeKeyStore store_;
  keyring::Keyring keyring_;
  std::string plaintext_;
  std::vector<std::string> users_;
  std::vector<std::string> tokens_;
};

// Where each thread starts among the users.
RandomSequence SequenceOf(const benchmark::State& state) {
  return RandomSequence(static_cast<uint64_t>(state.thread_index()) + 1);
}

void BM_EncryptCached(benchmark::State& state) {
  WarmKeyring& warm = WarmKeyring::Get();
  RandomSequence random = SequenceOf(state);
  for (auto _ : state) {
    bool sealed = false;
    warm.keyring().Encrypt(
        {.scope = {warm.user(random.Below(kUsers))}, .plaintext = warm.plaintext()},
        [&sealed](absl::StatusOr<keyring::Encrypted> answer) { sealed = answer.ok(); });
    if (!sealed) return state.SkipWithError("the key is not cached");
  }
}
BENCHMARK(BM_EncryptCached)->ThreadRange(1, 2)->UseRealTime();

void BM_DecryptCached(benchmark::State& state) {
  WarmKeyring& warm = WarmKeyring::Get();
  RandomSequence random = SequenceOf(state);
  for (auto _ : state) {
    const uint64_t user = random.Below(kUsers);
    bool opened = false;
    warm.keyring().Decrypt(
        {.scope = {warm.user(user)}, .token = warm.token(user)},
        [&opened](absl::StatusOr<keyring::Decrypted> answer) { opened = answer.ok(); });
    if (!opened) return state.SkipWithError("the key is not cached");
  }
}
BENCHMARK(BM_DecryptCached)->ThreadRange(1, 2)->UseRealTime();

// The same user again and again: everything is in the processor's caches, and two threads meet.
void BM_EncryptCachedOneUser(benchmark::State& state) {
  WarmKeyring& warm = WarmKeyring::Get();
  for (auto _ : state) {
    bool sealed = false;
    warm.keyring().Encrypt(
        {.scope = {warm.user(0)}, .plaintext = warm.plaintext()},
        [&sealed](absl::StatusOr<keyring::Encrypted> answer) { sealed = answer.ok(); });
    if (!sealed) return state.SkipWithError("the key is not cached");
  }
}
BENCHMARK(BM_EncryptCachedOneUser)->ThreadRange(1, 2)->UseRealTime();

}  // namespace
}  // namespace keyward::bench
