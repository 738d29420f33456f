#include "server/keyring/message_counter.h"

#include <optional>
#include <utility>

#include "absl/status/statusor.h"
#include "server/sync/await.h"

namespace keyward::keyring {
namespace {

using store::UserKeys;

// How long samples are gathered before they are stored.
constexpr absl::Duration kInterval = absl::Seconds(2);

// Users in one commit.
constexpr size_t kMaxBatch = 500;

std::optional<UserKeys> WithSamples(const UserKeys& now,
                                    const std::map<uint32_t, int64_t>& samples) {
  std::optional<UserKeys> next;
  for (size_t i = 0; i < now.versions.size(); ++i) {
    const auto found = samples.find(now.versions[i].version);
    if (found == samples.end()) continue;
    if (!next) next = now;
    next->versions[i].messages += found->second * MessageCounter::kMessagesPerSample;
  }
  return next;
}

}  // namespace

MessageCounter::MessageCounter(store::KeyStore& store, const Clock& clock, Observer observer)
    : store_(store),
      clock_(clock),
      observer_(std::move(observer)),
      thread_([this](const std::stop_token& stop) { Run(stop); }) {}

void MessageCounter::Add(std::string_view user_id, uint32_t version) {
  const sync::MutexLock lock(mutex_);
  const std::string id(user_id);
  if (samples_.size() < kMaxUsers || samples_.contains(id)) ++samples_[id][version];
}

void MessageCounter::Run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    clock_.Wait(kInterval, stop);
    StoreAll();
  }
  StoreAll();  // what has come since, or before the first look
}

void MessageCounter::StoreAll() {
  SamplesOfUsers samples;
  {
    const sync::MutexLock lock(mutex_);
    samples.swap(samples_);
  }
  std::vector<std::vector<std::string>> batches;
  for (const auto& [user_id, of_user] : samples) {
    if (batches.empty() || batches.back().size() == kMaxBatch) batches.emplace_back();
    batches.back().push_back(user_id);
  }
  for (const std::vector<std::string>& batch : batches) {
    if (!StoreSome(batch, samples)) return KeepForLater(samples);
  }
}

bool MessageCounter::StoreSome(const std::vector<std::string>& user_ids, SamplesOfUsers& samples) {
  // The answer is waited for, so what it points to lives long enough.
  const auto add = [&samples](const UserKeys& now) -> absl::StatusOr<std::optional<UserKeys>> {
    return WithSamples(now, samples.at(now.user_id));
  };
  const auto stored = sync::Await<std::vector<absl::StatusOr<UserKeys>>>(
      [&](auto done) { store_.UpdateMany(user_ids, add, std::move(done)); });
  bool available = true;
  for (size_t i = 0; i < stored.size(); ++i) {
    if (absl::IsUnavailable(stored[i].status())) {
      available = false;
      continue;
    }
    samples.erase(user_ids[i]);
    if (stored[i].ok()) observer_(*stored[i]);
  }
  return available;
}

void MessageCounter::KeepForLater(const SamplesOfUsers& samples) {
  const sync::MutexLock lock(mutex_);
  for (const auto& [user_id, of_user] : samples) {
    if (!samples_.contains(user_id) && samples_.size() >= kMaxUsers) continue;
    for (const auto& [version, count] : of_user) samples_[user_id][version] += count;
  }
}

}  // namespace keyward::keyring
