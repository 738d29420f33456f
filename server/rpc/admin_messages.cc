#include "server/rpc/admin_messages.h"

#include <optional>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/time/clock.h"
#include "server/rpc/timestamps.h"

namespace keyward::rpc {
namespace {

using keyring::RewrapProgress;

v1::UserKey::State StateOf(store::UserState state) {
  switch (state) {
    case store::UserState::kActive:
      return v1::UserKey::ACTIVE;
    case store::UserState::kDisabled:
      return v1::UserKey::DISABLED;
    case store::UserState::kDeleted:
      return v1::UserKey::DELETED;
    case store::UserState::kDestroyed:
      return v1::UserKey::DESTROYED;
  }
  return v1::UserKey::STATE_UNSPECIFIED;
}

v1::UserKeyVersion::State StateOf(store::VersionState state) {
  switch (state) {
    case store::VersionState::kEnabled:
      return v1::UserKeyVersion::ENABLED;
    case store::VersionState::kDisabled:
      return v1::UserKeyVersion::DISABLED;
    case store::VersionState::kDestroyed:
      return v1::UserKeyVersion::DESTROYED;
  }
  return v1::UserKeyVersion::STATE_UNSPECIFIED;
}

v1::RewrapProgress::State StateOf(RewrapProgress::State state) {
  switch (state) {
    case RewrapProgress::State::kIdle:
      return v1::RewrapProgress::IDLE;
    case RewrapProgress::State::kRunning:
      return v1::RewrapProgress::RUNNING;
    case RewrapProgress::State::kDone:
      return v1::RewrapProgress::DONE;
    case RewrapProgress::State::kFailed:
      return v1::RewrapProgress::FAILED;
  }
  return v1::RewrapProgress::STATE_UNSPECIFIED;
}

void Fill(const store::KeyVersion& version, v1::UserKeyVersion& message) {
  message.set_version(version.version);
  message.set_state(StateOf(version.state));
  rpc::Fill(absl::FromUnixMicros(version.created_at_micros), *message.mutable_create_time());
  message.set_kek_id(absl::BytesToHexString(version.kek_id));
  message.set_messages(static_cast<uint64_t>(version.messages));
}

void Fill(const keyring::KekState& kek, v1::Kek& message) {
  message.set_kek_id(kek.kek_id);
  message.set_current(kek.current);
  message.set_loaded(kek.loaded);
  message.set_keys(static_cast<uint64_t>(kek.keys));
  if (kek.retired) rpc::Fill(*kek.retired, *message.mutable_retire_time());
}

// The faults that there are, in the order of StoredFault.
template <typename Faults>
void FillFaults(const keyring::StoredKeysTally& tally, Faults& messages) {
  for (size_t i = 0; i < keyring::kStoredFaults; ++i) {
    const auto fault = static_cast<keyring::StoredFault>(i);
    const auto& found = tally.of(fault);
    if (found.count == 0) continue;
    v1::StoreFault& message = *messages.Add();
    message.set_fault(std::string(keyring::FaultName(fault)));
    message.set_count(found.count);
    for (const std::string& user_id : found.user_ids) message.add_user_ids(user_id);
  }
}

}  // namespace

void Fill(const store::UserKeys& keys, const keyring::RotationPolicy& policy,
          v1::UserKey& message) {
  message.set_user_id(keys.user_id);
  message.set_state(StateOf(keys.state));
  message.set_primary_version(keys.primary_version);
  message.set_min_version(keys.min_version);
  message.set_etag(keyring::EtagOf(keys));
  if (keys.purge_at_micros != 0) {
    Fill(absl::FromUnixMicros(keys.purge_at_micros), *message.mutable_purge_time());
  }
  for (const store::KeyVersion& version : keys.versions) Fill(version, *message.add_versions());
  message.set_rotation_due(std::string(policy.DueReason(keys, absl::Now())));
}

void Fill(const keyring::KeyPage& page, const keyring::RotationPolicy& policy,
          v1::ListUserKeysResponse& message) {
  for (const store::UserKeys& user : page.users) Fill(user, policy, *message.add_user_keys());
  message.set_next_page_token(page.next_page_token);
}

void Fill(const keyring::KekState& kek, v1::RetireKekResponse& message) {
  Fill(kek, *message.mutable_kek());
}

void Fill(const RewrapProgress& progress, v1::RewrapProgress& message) {
  message.set_state(StateOf(progress.state));
  message.set_kek_id(progress.kek_id);
  message.set_keys_at_start(static_cast<uint64_t>(progress.keys_at_start));
  message.set_users_seen(static_cast<uint64_t>(progress.users_seen));
  message.set_keys_rewrapped(static_cast<uint64_t>(progress.keys_rewrapped));
  message.set_keys_failed(static_cast<uint64_t>(progress.keys_failed));
  if (progress.start) Fill(*progress.start, *message.mutable_start_time());
  if (progress.end) Fill(*progress.end, *message.mutable_end_time());
  message.set_error(progress.error);
}

void Fill(const keyring::KekStatus& status, v1::KekStatus& message) {
  for (const keyring::KekState& kek : status.keks) Fill(kek, *message.add_keks());
  Fill(status.rewrap, *message.mutable_rewrap());
}

void Fill(const keyring::StoredKeysTally& tally, v1::VerifyStoreResponse& message) {
  message.set_users(tally.users());
  message.set_keys(tally.keys());
  FillFaults(tally, *message.mutable_faults());
}

void Fill(const keyring::BackedUp& made, v1::BackupResponse& message) {
  message.set_path(made.path);
  message.set_bytes(made.bytes);
  message.set_users(made.keys.users());
  FillFaults(made.keys, *message.mutable_faults());
}

}  // namespace keyward::rpc
