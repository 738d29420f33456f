// The SQLite store: finding a user, and creating users, each durable, many at a time and one by
// one. It works in a folder of its own under TMPDIR, whose disk is the one that is measured.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <future>
#include <memory>
#include <optional>
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

  void OpenAnew() {
    store_.reset();
    auto store = store::SqliteStore::Open({.path = folder_.File("keys.db")});
    if (!store.ok()) std::abort();
    store_ = *std::move(store);
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
  // The next users, in the order of their ids, and the first again after the last.
  void Rewrap(int users, char fill) {
    std::vector<std::string> ids;
    std::promise<void> paged;
    store_->Page(rewrapped_, users, [&](const auto& page) {
      for (const store::UserKeys& user : *page) ids.push_back(user.user_id);
      paged.set_value();
    });
    paged.get_future().wait();
    rewrapped_ = ids.empty() ? "" : ids.back();
    Change(std::move(ids), [fill](store::UserKeys& user) {
      for (store::KeyVersion& key : user.versions) key.wrapped_key.assign(kWrappedBytes, fill);
    });
  }
  void Destroy(std::string user_id) {
    Change({std::move(user_id)}, [](store::UserKeys& user) {
      user.state = store::UserState::kDestroyed;
      for (store::KeyVersion& key : user.versions) {
        key.state = store::VersionState::kDestroyed;
        key.wrapped_key.clear();
      }
    });
  }
  void WaitForAll() {
    for (int i = 0; i < kInFlight; ++i) room_.acquire();
    room_.release(kInFlight);
  }

 private:
  template <typename Edit>
  void Change(std::vector<std::string> user_ids, Edit edit) {
    room_.acquire();
    const auto change = [edit](const store::UserKeys& now) {
      std::optional<store::UserKeys> next = now;
      edit(*next);
      return absl::StatusOr<std::optional<store::UserKeys>>(std::move(next));
    };
    store_->UpdateMany(std::move(user_ids), change, [this](const auto& updated) {
      for (const auto& user : updated) {
        if (!user.ok()) std::abort();
      }
      room_.release();
    });
  }

  FilledStore() {
    OpenAnew();
    std::vector<store::NewUser> users;
    for (uint64_t i = 0; i < kRows; ++i) users.push_back({UserId(i), SomeKey()});
    room_.acquire();
    store_->CreateMany(std::move(users), [this](const auto&) { room_.release(); });
    // Taken up once the writer has copied all that into the database, which is nobody's to measure.
    Create(NewUserId(NextNewUser()));
    WaitForAll();
  }

  uint64_t new_users_ = 0;
  std::string rewrapped_;
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

// What a job that wraps all keys anew does, a thousand users of the id's order at a time.
void BM_StoreRewrap(benchmark::State& state) {
  FilledStore& store = FilledStore::Get();
  constexpr int kBatch = 1'000;
  char fill = 0;
  for (auto _ : state) {
    store.Rewrap(kBatch, ++fill);
    store.WaitForAll();
  }
  state.SetItemsProcessed(state.iterations() * kBatch);
}
BENCHMARK(BM_StoreRewrap)->UseRealTime();

// Destroying a user's key: the first time in a process, which goes through the whole file, and
// after that.
void BM_StoreDestroy(benchmark::State& state) {
  FilledStore& store = FilledStore::Get();
  const bool first = state.range(0) == 1;
  for (auto _ : state) {
    state.PauseTiming();
    if (first) store.OpenAnew();
    const std::string user_id = NewUserId(store.NextNewUser());
    store.Create(user_id);
    store.WaitForAll();
    state.ResumeTiming();
    store.Destroy(user_id);
    store.WaitForAll();
  }
}
BENCHMARK(BM_StoreDestroy)->ArgName("first")->Arg(1)->Arg(0)->UseRealTime();

}  // namespace
}  // namespace keyward::bench
