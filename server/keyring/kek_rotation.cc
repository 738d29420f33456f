#include "server/keyring/kek_rotation.h"

#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "server/errors/errors.h"

namespace keyward::keyring {
namespace {

std::string RewrapNote(uint32_t max_keys_per_second, const Kek& kek) {
  return absl::StrCat(max_keys_per_second, " ", kek.hex_id());
}

// The rate, where the note is that of a job under this master key. Another server may still have
// another one as the current one, and would wrap under that again what the job has done. A release
// before wrote the rate alone.
std::optional<uint32_t> RateOf(const std::string& note, const Kek& kek) {
  const std::pair<std::string, std::string> parts = absl::StrSplit(note, absl::MaxSplits(' ', 1));
  uint32_t rate = 0;
  if (!absl::SimpleAtoi(parts.first, &rate)) return std::nullopt;
  if (!parts.second.empty() && parts.second != kek.hex_id()) return std::nullopt;
  return rate;
}

// The one of that id, added where it is not there.
KekState& EntryOf(std::vector<KekState>& keks, const std::string& kek_id) {
  const std::string hex = absl::BytesToHexString(kek_id);
  const auto found = std::find_if(keks.begin(), keks.end(),
                                  [&](const KekState& each) { return each.kek_id == hex; });
  if (found != keks.end()) return *found;
  return keks.emplace_back(KekState{.kek_id = hex, .retired = std::nullopt});
}

}  // namespace

KekRotation::KekRotation(const MasterKeys& keks, store::KeyStore& store, const Clock& clock,
                         crypto::Random& random, const Options& options)
    : keks_(keks), store_(store), clock_(clock), random_(random), options_(options) {}

KekRotation::~KekRotation() { calls_.WaitForNone(); }

void KekRotation::Resume() {
  if (options_.legacy_shared || keks_.current() == nullptr) return;
  store_.GetNote(std::string(kRewrapNote),
                 calls_.Track([this](const absl::StatusOr<std::string>& note) {
                   if (!note.ok()) return;
                   if (const auto rate = RateOf(*note, *keks_.current())) StartJob(*rate);
                 }));
}

RewrapProgress KekRotation::progress() const {
  const sync::MutexLock lock(mutex_);
  return job_ == nullptr ? RewrapProgress() : job_->progress();
}

void KekRotation::GetStatus(Callback<KekStatus> done) {
  store_.CountByKek([this, done = std::move(done)](auto use) mutable {
    if (!use.ok()) return done(use.status());
    store_.ListRetiredKeks(
        [this, use = *std::move(use), done = std::move(done)](auto retired) mutable {
          if (!retired.ok()) return done(retired.status());
          done(StatusOf(use, *retired));
        });
  });
}

void KekRotation::Rewrap(uint32_t max_keys_per_second, Callback<RewrapProgress> done) {
  if (options_.legacy_shared) return done(errors::LegacyShared("rewrapping of keys"));
  if (keks_.current() == nullptr) return done(errors::EncryptionDisabled());
  bool at_work = false;
  {
    const sync::MutexLock lock(mutex_);
    at_work = running();
  }
  if (at_work) return done(progress());
  // The note first: whoever was answered may count on it, whatever becomes of this process.
  store_.PutNote(std::string(kRewrapNote), RewrapNote(max_keys_per_second, *keks_.current()),
                 [this, max_keys_per_second, done = std::move(done)](const auto& noted) mutable {
                   if (!noted.ok()) return done(noted);
                   StartJob(max_keys_per_second);
                   done(progress());
                 });
}

void KekRotation::Retire(std::string hex_kek_id, bool confirm_pool_rewrapped,
                         Callback<KekState> done) {
  const auto kek_id = ParseKekId(hex_kek_id);
  if (!kek_id) return done(errors::InvalidRequest("kek_id is not 16 hex digits"));
  if (options_.legacy_shared) return done(errors::LegacyShared("retiring a master key"));
  if (keks_.current() != nullptr && keks_.current()->id() == *kek_id) {
    return done(errors::KekInUse("it is the current one"));
  }
  if (!confirm_pool_rewrapped) {
    return done(
        errors::KekInUse("it must be confirmed that the pool's tokens are rewrapped, which cannot "
                         "be seen from here"));
  }
  store_.RetireKek(*kek_id, absl::ToUnixMicros(clock_.Now()),
                   [this, kek_id = *kek_id, done = std::move(done)](const auto& status) mutable {
                     if (!status.ok()) return done(status);
                     AnswerRetired(std::move(kek_id), std::move(done));
                   });
}

bool KekRotation::running() const {
  return job_ != nullptr && job_->progress().state == RewrapProgress::State::kRunning;
}

void KekRotation::StartJob(uint32_t max_keys_per_second) {
  const sync::MutexLock lock(mutex_);
  if (running()) return;
  job_ = std::make_unique<KekRewrapJob>(keks_, store_, clock_, random_, max_keys_per_second,
                                        options_.on_end);
}

KekStatus KekRotation::StatusOf(const std::vector<store::KekUse>& use,
                                const std::vector<store::RetiredKek>& retired) const {
  KekStatus status{.keks = {}, .rewrap = progress()};
  for (const Kek& kek : keks_.all()) EntryOf(status.keks, kek.id()).loaded = true;
  if (keks_.current() != nullptr) status.keks.front().current = true;
  for (const store::KekUse& each : use) EntryOf(status.keks, each.kek_id).keys = each.keys;
  for (const store::RetiredKek& each : retired) {
    EntryOf(status.keks, each.kek_id).retired = absl::FromUnixMicros(each.retired_at_micros);
  }
  return status;
}

void KekRotation::AnswerRetired(std::string kek_id, Callback<KekState> done) {
  store_.ListRetiredKeks(
      [this, kek_id = std::move(kek_id), done = std::move(done)](auto retired) mutable {
        if (!retired.ok()) return done(retired.status());
        KekStatus status = StatusOf({}, *retired);
        done(std::move(EntryOf(status.keks, kek_id)));
      });
}

}  // namespace keyward::keyring
