// Wrapping keys under another master key: one key alone, and all that a SQLite store holds. The
// store works in a folder of its own under TMPDIR, whose disk is the one that is measured.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "bench/user_ids.h"
#include "server/keyring/kek_rotation.h"
#include "server/keyring/key_wrap.h"
#include "server/store/sqlite_store.h"
#include "server/sync/await.h"
#include "tests/testing/temporary_folder.h"

namespace keyward::bench {
namespace {

constexpr int kUsersAtOnce = 1000;

crypto::SecretBytes KekOf(char byte) {
  return crypto::SecretBytes::CopyOf(std::string(keyring::kKekBytes, byte));
}

keyring::MasterKeys Keks(char current, char previous) {
  std::vector<crypto::SecretBytes> others;
  others.push_back(KekOf(previous));
  return keyring::MasterKeys(KekOf(current), std::move(others), keyring::kDefaultPoolKeySalt);
}

void BM_RewrapKey(benchmark::State& state) {
  const keyring::MasterKeys keks = Keks('n', 'o');
  const store::KeyVersion old =
      keyring::WrapNewKey(keks.all()[1], "alice", 1, absl::UnixEpoch(), crypto::SystemRandom());
  for (auto _ : state) {
    const auto rewrapped = keyring::RewrapKey(keks, "alice", old, crypto::SystemRandom());
    if (!rewrapped.ok()) return state.SkipWithError("it does not open");
    benchmark::DoNotOptimize(rewrapped);
  }
}
BENCHMARK(BM_RewrapKey);

void Fill(store::KeyStore& store, const keyring::Kek& kek, int64_t users) {
  for (int64_t first = 0; first < users; first += kUsersAtOnce) {
    std::vector<store::NewUser> batch;
    for (int64_t i = first; i < first + kUsersAtOnce; ++i) {
      const std::string user_id = UserId(static_cast<uint64_t>(i));
      batch.push_back({user_id, keyring::WrapNewKey(kek, user_id, 1, absl::UnixEpoch(),
                                                    crypto::SystemRandom())});
    }
    const auto stored = sync::Await<std::vector<absl::StatusOr<store::Created>>>(
        [&](auto done) { store.CreateMany(std::move(batch), std::move(done)); });
    if (!stored.front().ok()) std::abort();
  }
}

// Turns the master key over, there and back again.
void BM_RewrapStore(benchmark::State& state) {
  const testing::TemporaryFolder folder;
  auto store = store::SqliteStore::Open({.path = folder.File("keys.db")});
  if (!store.ok()) std::abort();
  const keyring::MasterKeys there = Keks('n', 'o');
  const keyring::MasterKeys back = Keks('o', 'n');
  Fill(**store, *back.current(), state.range(0));
  bool turned = false;
  for (auto _ : state) {
    turned = !turned;
    std::promise<keyring::RewrapProgress> ended;
    keyring::KekRotation rotation(
        turned ? there : back, **store, keyring::SystemClock(), crypto::SystemRandom(),
        {.on_end = [&](const keyring::RewrapProgress& progress) { ended.set_value(progress); }});
    const auto begun = sync::Await<absl::StatusOr<keyring::RewrapProgress>>(
        [&](auto done) { rotation.Rewrap(/*max_keys_per_second=*/0, std::move(done)); });
    if (!begun.ok()) std::abort();
    if (ended.get_future().get().keys_rewrapped != state.range(0)) std::abort();
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_RewrapStore)->Arg(100'000)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace keyward::bench
