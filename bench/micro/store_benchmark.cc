// The SQLite store: finding a user, and creating users, each durable, many at a time and one by
// one. It works in a folder of its own under TMPDIR, whose disk is the one that is measured.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <memory>
#include <semaphore>
#include <string>
#include <utility>
#include <vector>

#include "bench/random_sequence.h"
#include "bench/user_ids.h"
#include "server/keyring/key_wrap.h"
#include "server/store/sqlite_store.h"
#include "tests/testing/temporary_folder.h"

namespace keyward::bench {
namespace {

constexpr uint64_t kRows = 100'000;
constexpr int kInFlight = 256;
constexpr size_t kWrappedBytes = 12 + 32 + 16;

using testing::TemporaryFolder;

store::KeyVersion SomeKey() {
  return {.version = 1,
          .kek_id = "8 bytes.",
          .wrap_format = keyring::kWrapFormat,
          .wrapped_key = std::string(kWrappedBytes, 'w'),
          .created_at_micros = 1};
}

// A store in which `kRows` users are, and calls of it with so many at a time. Made once.
class FilledStore {
 public:
  static FilledStore& Get() {
    static FilledStore store;
    return store;
  }

  uint64_t NextNewUser() { return new_users_++; }

  void Create(std::string user_id) {
    room_.acquire();
    store_->Create(std::move(user_id), SomeKey(), [this](absl::StatusOr<store::Created> created) {
      if (!created.ok()) std::abort();
      room_.release();
    });
  }
  void Find(std::string user_id) {
    room_.acquire();
    store_->Find(std::move(user_id), [this](absl::StatusOr<store::UserKeys> found) {
      if (!found.ok()) std::abort();
      room_.release();
    });
  }
  void WaitForAll() {
    for (int i = 0; i < kInFlight; ++i) room_.acquire();
    room_.release(kInFlight);
  }

 private:
  FilledStore() {
    auto store = store::SqliteStore::Open({.path = folder_.File("keys.db")});
    if (!store.ok()) std::abort();
    store_ = *std::move(store);
    std::vector<store::NewUser> users;
    for (uint64_t i = 0; i < kRows; ++i) users.push_back({UserId(i), SomeKey()});
    room_.acquire();
    store_->CreateMany(std::move(users), [this](const auto&) { room_.release(); });
    // Taken up once the writer has copied all that into the database, which is nobody's to measure.
    Create(NewUserId(NextNewUser()));
    WaitForAll();
  }

  uint64_t new_users_ = 0;
  TemporaryFolder folder_;
  std::counting_semaphore<kInFlight> room_{kInFlight};
  std::unique_ptr<store::SqliteStore> store_;
};

void BM_StoreFind(benchmark::State& state) {
  FilledStore& store = FilledStore::Get();
  RandomSequence random(1);
  for (auto _ : state) {
    store.Find(UserId(random.Below(kRows)));
    if (state.range(0) == 1) store.WaitForAll();
  }
  store.WaitForAll();
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_StoreFind)->ArgName("in_flight")->Arg(1)->Arg(kInFlight)->UseRealTime();

void BM_StoreCreate(benchmark::State& state) {
  FilledStore& store = FilledStore::Get();
  for (auto _ : state) {
    store.Create(NewUserId(store.NextNewUser()));
    if (state.range(0) == 1) store.WaitForAll();
  }
  store.WaitForAll();
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_StoreCreate)->ArgName("in_flight")->Arg(1)->Arg(kInFlight)->UseRealTime();

}  // namespace
}  // namespace keyward::bench
