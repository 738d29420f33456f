#include "server/tls/identity_files.h"

#include <array>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <utility>

#include "absl/time/clock.h"

namespace keyward::tls {
namespace {

using sync::MutexLock;

// Nearest first.
constexpr std::array kWarnDays = {0, 1, 7, 30};

}  // namespace

std::shared_ptr<const Identity> IdentityReader::TakeNew() {
  MutexLock lock(mutex_);
  std::shared_ptr<const Identity> current = files_.current();
  if (current == taken_) return nullptr;
  taken_ = current;
  return current;
}

IdentityFiles::IdentityFiles(Options options, Now now, IdentityObserver& observer)
    : options_(std::move(options)), now_(std::move(now)), observer_(observer) {}

IdentityFiles::~IdentityFiles() = default;

absl::StatusOr<std::unique_ptr<IdentityFiles>> IdentityFiles::Open(Options options, Now now,
                                                                   IdentityObserver& observer) {
  std::unique_ptr<IdentityFiles> files(
      new IdentityFiles(std::move(options), std::move(now), observer));
  {
    MutexLock lock(files->looking_);
    auto read = ReadPemFiles(files->options_.paths);
    if (!read.ok()) return read.status();
    if (absl::Status status = files->TakeUp(*std::move(read)); !status.ok()) return status;
    files->WarnOfExpiry();
  }
  if (files->options_.look_every < absl::InfiniteDuration()) files->LookAgainAndAgain();
  return files;
}

void IdentityFiles::LookAgainAndAgain() {
  thread_ = std::jthread([this](const std::stop_token& stop) {
    const auto wait = absl::ToChronoNanoseconds(options_.look_every);
    std::mutex mutex;
    std::condition_variable_any stopped;
    std::unique_lock<std::mutex> lock(mutex);
    while (!stopped.wait_for(lock, stop, wait, [&] { return stop.stop_requested(); })) CheckNow();
  });
}

void IdentityFiles::CheckNow() {
  MutexLock lock(looking_);
  auto read = ReadPemFiles(options_.paths);
  if (!read.ok()) {
    Refuse(std::string(read.status().message()), read.status());
  } else if (read->fingerprint == content_) {
    refused_.clear();
  } else {
    const std::string content = read->fingerprint;
    if (absl::Status status = TakeUp(*std::move(read)); !status.ok()) Refuse(content, status);
  }
  WarnOfExpiry();
}

absl::Status IdentityFiles::TakeUp(PemFiles files) {
  auto info = CheckIdentity(files.identity, options_.paths, now_());
  if (!info.ok()) return info.status();
  const bool reload = !content_.empty();
  content_ = std::move(files.fingerprint);
  refused_.clear();
  warned_ = absl::InfiniteDuration();
  {
    MutexLock lock(mutex_);
    current_ = std::make_shared<const Identity>(std::move(files.identity));
    info_ = *info;
    if (reload) ++reloads_;
  }
  if (reload) observer_.OnReloaded(*info);
  if (files.key_readable_by_others) observer_.OnKeyReadableByOthers(options_.paths.tls_key);
  return absl::OkStatus();
}

// A file that is just being written, or the second of two that change together, is found whole at
// the next look: what was seen once is no reason to alarm anyone.
void IdentityFiles::Refuse(const std::string& content, const absl::Status& why) {
  if (content != refused_) {
    refused_ = content;
    refusal_reported_ = false;
    return;
  }
  if (refusal_reported_) return;
  refusal_reported_ = true;
  {
    MutexLock lock(mutex_);
    ++refusals_;
  }
  observer_.OnRefused(why);
}

// A certificate that lives for less than a warning's time would always be warned of.
void IdentityFiles::WarnOfExpiry() {
  const IdentityInfo current = info();
  const absl::Duration left = current.not_after - now_();
  const absl::Duration lifetime = current.not_after - current.not_before;
  for (const int days : kWarnDays) {
    const absl::Duration threshold = absl::Hours(24) * days;
    if (left > threshold) continue;
    if (threshold >= warned_ || threshold >= lifetime) return;
    warned_ = threshold;
    observer_.OnExpiryNear(current, left);
    return;
  }
}

std::shared_ptr<const Identity> IdentityFiles::current() const {
  MutexLock lock(mutex_);
  return current_;
}

IdentityInfo IdentityFiles::info() const {
  MutexLock lock(mutex_);
  return info_;
}

int64_t IdentityFiles::reloads() const {
  MutexLock lock(mutex_);
  return reloads_;
}

int64_t IdentityFiles::refusals() const {
  MutexLock lock(mutex_);
  return refusals_;
}

IdentityReader& IdentityFiles::NewReader() {
  MutexLock lock(mutex_);
  return *readers_.emplace_back(std::make_unique<IdentityReader>(*this));
}

}  // namespace keyward::tls
