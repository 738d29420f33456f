#include "server/key_operations.h"

#include <filesystem>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "server/crypto/random.h"
#include "server/keyring/clock.h"
#include "server/sync/await.h"
#include "server/telemetry/log.h"

namespace keyward {
namespace {

using telemetry::Log;
using telemetry::LogLevel;

// How late a deleted key may be destroyed, at most.
constexpr absl::Duration kSweepEvery = absl::Seconds(10);

absl::Status CheckBackupDir(const std::string& path) {
  std::error_code error;
  if (path.empty() || std::filesystem::is_directory(path, error)) return absl::OkStatus();
  return absl::NotFoundError(absl::StrCat("--backup_dir: there is no folder ", path));
}

std::string When(const store::RetiredKek& kek) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", absl::FromUnixMicros(kek.retired_at_micros),
                          absl::UTCTimeZone());
}

// A retired master key wraps nothing again. One that may still be read does no harm, but has no use
// either.
absl::Status CheckRetired(const keyring::MasterKeys& keks, store::KeyStore& store) {
  const auto retired = sync::Await<absl::StatusOr<std::vector<store::RetiredKek>>>(
      [&](auto done) { store.ListRetiredKeks(std::move(done)); });
  if (!retired.ok()) return retired.status();
  for (const store::RetiredKek& each : *retired) {
    const keyring::Kek* const kek = keks.Find(each.kek_id);
    if (kek == nullptr) continue;
    if (kek == keks.current()) {
      return absl::FailedPreconditionError(
          absl::StrCat("API_KEY_MASTER_KEY: the master key ", kek->hex_id(), " was retired at ",
                       When(each), ": make another one the current one"));
    }
    Log(LogLevel::kWarning, "retired_master_key",
        {{"kek_id", kek->hex_id()},
         {"retired", When(each)},
         {"message", std::string("it is loaded, though nothing stored is wrapped under it")}});
  }
  return absl::OkStatus();
}

void LogSweep(const keyring::PurgeSweeper::Sweep& sweep) {
  if (sweep.destroyed > 0) Log(LogLevel::kInfo, "purged", {{"users", sweep.destroyed}});
  if (sweep.failed == 0) return;
  Log(LogLevel::kWarning, "purge_failed",
      {{"users", sweep.failed}, {"message", std::string(sweep.error.message())}});
}

void LogRewrap(const keyring::RewrapProgress& progress) {
  const bool done = progress.state == keyring::RewrapProgress::State::kDone;
  Log(done ? LogLevel::kInfo : LogLevel::kError, done ? "kek_rewrapped" : "kek_rewrap_failed",
      {{"kek_id", progress.kek_id},
       {"users", progress.users_seen},
       {"keys", progress.keys_rewrapped},
       {"failed", progress.keys_failed},
       {"milliseconds", absl::ToInt64Milliseconds(*progress.end - *progress.start)},
       {"message", progress.error}});
}

}  // namespace

absl::StatusOr<std::unique_ptr<KeyOperations>> KeyOperations::Open(const Config& config,
                                                                   const keyring::MasterKeys& keks,
                                                                   store::KeyStore& store,
                                                                   keyring::Keyring& keyring) {
  if (absl::Status status = CheckBackupDir(config.backup_dir); !status.ok()) return status;
  if (absl::Status status = CheckRetired(keks, store); !status.ok()) return status;
  return std::unique_ptr<KeyOperations>(new KeyOperations(config, keks, store, keyring));
}

KeyOperations::KeyOperations(const Config& config, const keyring::MasterKeys& keks,
                             store::KeyStore& store, keyring::Keyring& keyring)
    : keks_(keks),
      store_(store),
      keyring_(keyring),
      list_(store),
      rotation_(keks, store, keyring::SystemClock(), crypto::SystemRandom(),
                {.legacy_shared = !config.legacy_db.empty(), .on_end = LogRewrap}),
      upkeep_(keks, store, keyring::SystemClock(), config.backup_dir),
      admin_{.keks = keks,
             .lifecycle = keyring.lifecycle(),
             .policy = keyring.rotation().policy(),
             .list = list_,
             .rotation = rotation_,
             .upkeep = upkeep_},
      is_shared_(!config.store_url.empty()) {}

void KeyOperations::Start() {
  // Without a master key the store is left alone.
  if (keks_.current() == nullptr) return;
  rotation_.Resume();
  sweeper_.emplace(keyring_.lifecycle(), store_, keyring::SystemClock(), kSweepEvery, LogSweep);
  if (!is_shared_) return;
  watch_.emplace(keks_, store_, keyring::SystemClock(), [this] {
    keyring_.StopPool();
    Log(LogLevel::kError, "current_master_key_retired",
        {{"kek_id", keyring_.kek_id()},
         {"message",
          std::string(
              "another server has retired it: no new key is made and nothing is sealed for the "
              "pool until this server starts with another one as API_KEY_MASTER_KEY")}});
  });
}

}  // namespace keyward
