#include "server/keyring/kek_rewrap_job.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "server/keyring/key_wrap.h"
#include "server/sync/await.h"

namespace keyward::keyring {
namespace {

using store::KeyVersion;
using store::UserKeys;

// In one commit: enough that a sync for each does not tell, few enough that it takes some
// milliseconds.
constexpr int kMostInBatch = 500;

// A store that stays away for longer ends the job.
constexpr int kTries = 30;
constexpr absl::Duration kPause = absl::Seconds(1);

struct Tally {
  int64_t rewrapped = 0;
  int64_t failed = 0;
};

// What a batch's Change did of each user; the last time counts where it was called again.
using Tallies = absl::flat_hash_map<std::string, Tally>;

}  // namespace

KekRewrapJob::KekRewrapJob(const MasterKeys& keks, store::KeyStore& store, const Clock& clock,
                           crypto::Random& random, uint32_t max_keys_per_second, OnEnd on_end)
    : keks_(keks),
      store_(store),
      clock_(clock),
      random_(random),
      max_keys_per_second_(max_keys_per_second),
      on_end_(std::move(on_end)),
      users_in_batch_(max_keys_per_second == 0 ? kMostInBatch
                                               : static_cast<int>(std::min<uint32_t>(
                                                     max_keys_per_second, kMostInBatch))),
      started_(clock.Monotonic()),
      progress_{.state = RewrapProgress::State::kRunning,
                .kek_id = keks.current()->hex_id(),
                .start = clock.Now()},
      thread_([this](const std::stop_token& stop) { Run(stop); }) {}

RewrapProgress KekRewrapJob::progress() const {
  const sync::MutexLock lock(mutex_);
  return progress_;
}

void KekRewrapJob::Run(const std::stop_token& stop) {
  const absl::Status status = RewrapAll(stop);
  // One that was stopped is gone on with by the next process.
  if (stop.stop_requested()) return;
  End(status);
  on_end_(progress());
}

absl::Status KekRewrapJob::RewrapAll(const std::stop_token& stop) {
  absl::Status status = Persist([&] { return CountKeys(); }, stop);
  std::string after;
  std::vector<UserKeys> users;
  do {
    if (status.ok()) status = Persist([&] { return ReadBatch(after, users); }, stop);
    std::vector<std::string> user_ids = WhoNeedsIt(users);
    if (status.ok()) status = Persist([&] { return RewrapUsers(user_ids); }, stop);
    if (!status.ok()) return status;
    KeepRate(stop);
  } while (!users.empty());
  return Persist([&] { return DropNote(); }, stop);
}

absl::Status KekRewrapJob::Persist(absl::FunctionRef<absl::Status()> ask,
                                   const std::stop_token& stop) const {
  for (int tries = 1;; ++tries) {
    if (stop.stop_requested()) return absl::CancelledError();
    const absl::Status status = ask();
    if (!absl::IsUnavailable(status) || tries == kTries) return status;
    clock_.Wait(kPause, stop);
  }
}

absl::Status KekRewrapJob::CountKeys() {
  const auto use = sync::Await<absl::StatusOr<std::vector<store::KekUse>>>(
      [&](auto done) { store_.CountByKek(std::move(done)); });
  if (!use.ok()) return use.status();
  const sync::MutexLock lock(mutex_);
  for (const store::KekUse& each : *use) {
    if (each.kek_id != keks_.current()->id()) progress_.keys_at_start += each.keys;
  }
  return absl::OkStatus();
}

absl::Status KekRewrapJob::ReadBatch(std::string& after, std::vector<UserKeys>& users) {
  auto page = sync::Await<absl::StatusOr<std::vector<UserKeys>>>(
      [&](auto done) { store_.Page(after, users_in_batch_, std::move(done)); });
  if (!page.ok()) return page.status();
  users = *std::move(page);
  if (!users.empty()) after = users.back().user_id;
  const sync::MutexLock lock(mutex_);
  progress_.users_seen += static_cast<int64_t>(users.size());
  return absl::OkStatus();
}

std::vector<std::string> KekRewrapJob::WhoNeedsIt(const std::vector<UserKeys>& users) const {
  std::vector<std::string> user_ids;
  for (const UserKeys& user : users) {
    const bool needs_it = std::any_of(user.versions.begin(), user.versions.end(),
                                      [this](const KeyVersion& key) { return NeedsRewrap(key); });
    if (needs_it) user_ids.push_back(user.user_id);
  }
  return user_ids;
}

bool KekRewrapJob::NeedsRewrap(const KeyVersion& key) const {
  return key.state != store::VersionState::kDestroyed && key.kek_id != keks_.current()->id();
}

absl::Status KekRewrapJob::RewrapUsers(std::vector<std::string>& user_ids) {
  if (user_ids.empty()) return absl::OkStatus();
  const auto tallies = std::make_shared<Tallies>();
  const auto change = [this, tallies](const UserKeys& now) {
    std::optional<UserKeys> next = now;
    Tally& tally = (*tallies)[now.user_id] = {};
    for (KeyVersion& key : next->versions) {
      if (!NeedsRewrap(key)) continue;
      auto rewrapped = RewrapKey(keks_, now.user_id, key, random_);
      ++(rewrapped.ok() ? tally.rewrapped : tally.failed);
      if (rewrapped.ok()) key = *std::move(rewrapped);
    }
    if (tally.rewrapped == 0) next.reset();
    return absl::StatusOr<std::optional<UserKeys>>(std::move(next));
  };
  const auto updated = sync::Await<std::vector<absl::StatusOr<UserKeys>>>(
      [&](auto done) { store_.UpdateMany(user_ids, change, std::move(done)); });

  absl::Status unavailable;
  std::vector<std::string> again;
  const sync::MutexLock lock(mutex_);
  for (size_t i = 0; i < updated.size(); ++i) {
    if (absl::IsUnavailable(updated[i].status())) {
      unavailable = updated[i].status();
      again.push_back(std::move(user_ids[i]));
    } else if (updated[i].ok()) {
      progress_.keys_rewrapped += (*tallies)[user_ids[i]].rewrapped;
      progress_.keys_failed += (*tallies)[user_ids[i]].failed;
    } else {
      ++progress_.keys_failed;
    }
  }
  user_ids = std::move(again);
  return unavailable;
}

void KekRewrapJob::KeepRate(const std::stop_token& stop) const {
  if (max_keys_per_second_ == 0) return;
  const absl::Duration due = absl::Seconds(1) * progress().keys_rewrapped / max_keys_per_second_;
  const absl::Duration ahead = due - (clock_.Monotonic() - started_);
  if (ahead > absl::ZeroDuration()) clock_.Wait(ahead, stop);
}

absl::Status KekRewrapJob::DropNote() {
  return sync::Await<absl::Status>(
      [&](auto done) { store_.PutNote(std::string(kRewrapNote), "", std::move(done)); });
}

void KekRewrapJob::End(const absl::Status& status) {
  const sync::MutexLock lock(mutex_);
  progress_.end = clock_.Now();
  progress_.error = std::string(status.message());
  if (status.ok() && progress_.keys_failed > 0) {
    progress_.error = absl::StrCat(progress_.keys_failed, " keys open under no loaded master key");
  }
  progress_.state =
      progress_.error.empty() ? RewrapProgress::State::kDone : RewrapProgress::State::kFailed;
}

}  // namespace keyward::keyring
