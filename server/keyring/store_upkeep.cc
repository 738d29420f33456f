#include "server/keyring/store_upkeep.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "server/errors/errors.h"
#include "server/store/durable_file.h"
#include "server/store/frozen_database.h"

namespace keyward::keyring {
namespace {

namespace fs = std::filesystem;

constexpr int kUsersAtOnce = 1'000;

// The disk's and SQLite's own words, for the operator.
absl::Status Unavailable(const absl::Status& status) {
  return errors::StoreUnavailable(std::string(status.message()));
}

absl::Status PutInPlace(const fs::path& made, const fs::path& wanted) {
  std::error_code error;
  fs::rename(made, wanted, error);
  if (error) {
    return errors::StoreUnavailable(
        absl::StrCat("cannot rename ", made.string(), ": ", error.message()));
  }
  const absl::Status synced = store::SyncFolderOf(wanted.string());
  return synced.ok() ? synced : Unavailable(synced);
}

}  // namespace

StoreUpkeep::StoreUpkeep(const MasterKeys& keks, store::KeyStore& store, const Clock& clock,
                         std::string backup_dir)
    : keks_(keks), store_(store), clock_(clock), backup_dir_(std::move(backup_dir)) {}

StoreUpkeep::~StoreUpkeep() { Stop(); }

void StoreUpkeep::Verify(Callback<StoredKeysTally> done) {
  Start<StoredKeysTally>([this] { return VerifyNow(); }, std::move(done));
}

void StoreUpkeep::Backup(std::string file_name, Callback<BackedUp> done) {
  Start<BackedUp>([this, file_name = std::move(file_name)] { return BackUpNow(file_name); },
                  std::move(done));
}

void StoreUpkeep::Stop() {
  sync::MutexLock lock(shared_->mutex);
  shared_->stopped = true;
  shared_->news.NotifyAll();
}

template <typename T>
void StoreUpkeep::Start(absl::AnyInvocable<absl::StatusOr<T>()> work, Callback<T> done) {
  if (absl::Status status = Enter(); !status.ok()) return done(status);
  thread_.Run([this, work = std::move(work), done = std::move(done)]() mutable {
    absl::StatusOr<T> result = work();
    {
      sync::MutexLock lock(shared_->mutex);
      shared_->busy = false;
    }
    done(std::move(result));
  });
}

absl::Status StoreUpkeep::Enter() {
  sync::MutexLock lock(shared_->mutex);
  if (shared_->stopped) return errors::Draining();
  if (std::exchange(shared_->busy, true)) {
    return errors::Overloaded("the store is being verified or backed up already");
  }
  return absl::OkStatus();
}

bool StoreUpkeep::Stopped() const {
  sync::MutexLock lock(shared_->mutex);
  return shared_->stopped;
}

template <typename Answer, typename Call>
Answer StoreUpkeep::Await(Call call) {
  auto answer = std::make_shared<std::optional<Answer>>();
  call([shared = shared_, answer](Answer given) {
    sync::MutexLock lock(shared->mutex);
    *answer = std::move(given);
    shared->news.NotifyAll();
  });
  sync::MutexLock lock(shared_->mutex);
  while (!*answer && !shared_->stopped) shared_->news.Wait(shared_->mutex);
  if (!*answer) return errors::Draining();
  return **std::move(answer);
}

absl::StatusOr<StoredKeysTally> StoreUpkeep::VerifyNow() {
  StoredKeysTally tally;
  std::string after;
  while (true) {
    const auto users = Await<absl::StatusOr<std::vector<store::UserKeys>>>(
        [&](auto done) { store_.PageAsStored(after, kUsersAtOnce, std::move(done)); });
    if (!users.ok()) return users.status();
    if (users->empty()) return tally;
    for (const store::UserKeys& user : *users) tally.Add(keks_, user);
    after = users->back().user_id;
  }
}

absl::StatusOr<BackedUp> StoreUpkeep::BackUpNow(std::string file_name) {
  if (backup_dir_.empty()) return errors::InvalidRequest("the server has no --backup_dir");
  if (file_name.empty()) file_name = NameOfNow();
  const fs::path path = fs::path(backup_dir_) / file_name;
  std::error_code error;
  if (fs::exists(path, error))
    return errors::InvalidRequest("file_name: the file is there already");
  // Nobody takes it for a backup; one that a crash left makes room for the next.
  const fs::path unverified = fs::path(backup_dir_) / absl::StrCat(".", file_name, ".unverified");
  fs::remove(unverified, error);
  const absl::Status written =
      Await<absl::Status>([&](auto done) { store_.Backup(unverified.string(), std::move(done)); });
  if (errors::Reason(written) == "DRAINING") return written;  // the store still writes to it
  if (!written.ok()) return Unavailable(written);
  absl::Cleanup remove = [&] { fs::remove(unverified, error); };
  auto keys = VerifyCopy(unverified.string());
  if (!keys.ok()) return keys.status();
  const uint64_t bytes = fs::file_size(unverified, error);
  if (absl::Status status = PutInPlace(unverified, path); !status.ok()) return status;
  std::move(remove).Cancel();
  return BackedUp{.path = path.string(), .bytes = bytes, .keys = *std::move(keys)};
}

absl::StatusOr<StoredKeysTally> StoreUpkeep::VerifyCopy(const std::string& path) const {
  const auto database = store::FrozenDatabase::Open(path);
  if (!database.ok()) return Unavailable(database.status());
  const auto damage = (*database)->CheckIntegrity([] {});
  if (!damage.ok()) return Unavailable(damage.status());
  if (!damage->empty()) {
    return errors::StoreUnavailable(absl::StrCat("the copy is damaged: ", damage->front()));
  }
  StoredKeysTally tally;
  while (true) {
    const auto users = (*database)->NextUsers();
    if (!users.ok()) return Unavailable(users.status());
    if (users->empty()) return tally;
    if (Stopped()) return errors::Draining();
    for (const store::UserKeys& user : *users) tally.Add(keks_, user);
  }
}

std::string StoreUpkeep::NameOfNow() const {
  return absl::StrCat("keys-",
                      absl::FormatTime("%Y%m%dT%H%M%SZ", clock_.Now(), absl::UTCTimeZone()), ".db");
}

}  // namespace keyward::keyring
