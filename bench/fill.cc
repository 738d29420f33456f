#include "bench/fill.h"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <random>
#include <semaphore>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "bench/clock.h"
#include "bench/plaintext.h"
#include "bench/tokens.h"
#include "bench/user_ids.h"
#include "server/crypto/random.h"
#include "server/crypto/secret_bytes.h"
#include "server/keyring/key_wrap.h"
#include "server/keyring/token.h"
#include "server/store/sqlite_store.h"
#include "server/sync/mutex.h"

namespace keyward::bench {
namespace {

// Creates that wait for the store at a time: enough for it to find thousands for each commit.
constexpr std::ptrdiff_t kWaiting = 20'000;
constexpr uint64_t kProgressEvery = 1'000'000;

crypto::SecretBytes NewDataKey() {
  return crypto::SecretBytes(keyring::kKekBytes,
                             [](absl::Span<uint8_t> out) { crypto::SystemRandom().Fill(out); });
}

absl::StatusOr<std::unique_ptr<store::SqliteStore>> OpenStore(const std::string& path) {
  return store::SqliteStore::Open({.path = path, .program = "keyward-bench"});
}

// The indices of all users, in the byte order of their ids.
std::vector<uint32_t> InOrderOfIds(uint64_t users) {
  std::vector<std::pair<std::string, uint32_t>> ids;
  ids.reserve(users);
  for (uint64_t i = 0; i < users; ++i) ids.emplace_back(UserId(i), static_cast<uint32_t>(i));
  std::sort(ids.begin(), ids.end());
  std::vector<uint32_t> order;
  order.reserve(users);
  for (const auto& [id, index] : ids) order.push_back(index);
  return order;
}

// Hands creations to the store, so many at a time, and keeps the first thing that went wrong.
class BulkCreator {
 public:
  explicit BulkCreator(std::unique_ptr<store::KeyStore> store) : store_(std::move(store)) {}

  void Create(std::string user_id, store::KeyVersion key) {
    room_.acquire();
    store_->Create(std::move(user_id), std::move(key), [this](absl::StatusOr<store::Created> done) {
      if (!done.ok()) {
        Note(done.status());
      } else if (!done->created) {
        Note(absl::AlreadyExistsError("a user is in the database already: fill a new one"));
      }
      room_.release();
    });
  }

  absl::Status Finish() {
    for (std::ptrdiff_t i = 0; i < kWaiting; ++i) room_.acquire();
    return problem();
  }

  absl::Status problem() {
    sync::MutexLock lock(mutex_);
    return problem_;
  }

 private:
  void Note(const absl::Status& status) {
    sync::MutexLock lock(mutex_);
    problem_.Update(status);
  }

  std::counting_semaphore<kWaiting> room_{kWaiting};
  sync::Mutex mutex_;
  absl::Status problem_ ABSL_GUARDED_BY(mutex_);
  // Ends first: its last answers still use the others.
  const std::unique_ptr<store::KeyStore> store_;
};

absl::StatusOr<std::unique_ptr<Tokens>> CreateTokens(const FillOptions& options) {
  if (options.tokens_path.empty()) return std::unique_ptr<Tokens>();
  return Tokens::CreateFile(options.tokens_path, options.users,
                            keyring::TokenSize(options.plaintext_bytes));
}

}  // namespace

absl::Status Fill(const FillOptions& options, const keyring::Kek& kek) {
  auto store = OpenStore(options.path);
  if (!store.ok()) return store.status();
  auto tokens = CreateTokens(options);
  if (!tokens.ok()) return tokens.status();
  const std::string plaintext = Plaintext(options.plaintext_bytes);
  crypto::Random& random = crypto::SystemRandom();
  const absl::Time now = absl::Now();
  BulkCreator creator(*std::move(store));
  uint64_t made = 0;
  for (const uint32_t user : InOrderOfIds(options.users)) {
    const crypto::SecretBytes key = NewDataKey();
    const std::string id = UserId(user);
    creator.Create(id, keyring::WrapKey(kek, id, 1, key, now, random));
    if (*tokens != nullptr) (*tokens)->Set(user, keyring::SealToken(key, plaintext, "", random));
    if (++made % kProgressEvery != 0) continue;
    std::fprintf(stderr, "%llu users\n", static_cast<unsigned long long>(made));
    if (absl::Status problem = creator.problem(); !problem.ok()) break;
  }
  return creator.Finish();
}

absl::StatusOr<CommitEach> StoreOneByOne(const std::string& path, double seconds,
                                         const keyring::Kek& kek) {
  std::binary_semaphore done{0};  // outlives the store, whose last answer still uses it
  auto store = OpenStore(path);
  if (!store.ok()) return store.status();
  const Time start = Clock::now();
  const Time end = start + Seconds(seconds);
  uint64_t number = (uint64_t{std::random_device()()} << 32) | std::random_device()();
  CommitEach result;
  for (Time now = start; now < end; now = Clock::now()) {
    const std::string id = NewUserId(number++);
    absl::Status stored;
    (*store)->Create(
        id, keyring::WrapKey(kek, id, 1, NewDataKey(), absl::Now(), crypto::SystemRandom()),
        [&](absl::StatusOr<store::Created> created) {
          stored = created.status();
          done.release();
        });
    done.acquire();
    if (!stored.ok()) return stored;
    ++result.keys;
  }
  result.seconds = ToSeconds(Clock::now() - start);
  return result;
}

}  // namespace keyward::bench
