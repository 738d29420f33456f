#include "client/cpp/src/admin_answers.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "client/cpp/src/timestamps.h"

namespace keyward::client {
namespace {

// Of a field that may be unset.
template <typename Message>
std::optional<absl::Time> TimeIf(bool set, const Message& timestamp) {
  return set ? std::optional<absl::Time>(ToTime(timestamp)) : std::nullopt;
}

UserKeyState State(v1::UserKey::State state) {
  switch (state) {
    case v1::UserKey::ACTIVE:
      return UserKeyState::kActive;
    case v1::UserKey::DISABLED:
      return UserKeyState::kDisabled;
    case v1::UserKey::DELETED:
      return UserKeyState::kDeleted;
    case v1::UserKey::DESTROYED:
      return UserKeyState::kDestroyed;
    default:
      return UserKeyState::kUnknown;
  }
}

KeyVersionState State(v1::UserKeyVersion::State state) {
  switch (state) {
    case v1::UserKeyVersion::ENABLED:
      return KeyVersionState::kEnabled;
    case v1::UserKeyVersion::DISABLED:
      return KeyVersionState::kDisabled;
    case v1::UserKeyVersion::DESTROYED:
      return KeyVersionState::kDestroyed;
    default:
      return KeyVersionState::kUnknown;
  }
}

RewrapState State(v1::RewrapProgress::State state) {
  switch (state) {
    case v1::RewrapProgress::IDLE:
      return RewrapState::kIdle;
    case v1::RewrapProgress::RUNNING:
      return RewrapState::kRunning;
    case v1::RewrapProgress::DONE:
      return RewrapState::kDone;
    case v1::RewrapProgress::FAILED:
      return RewrapState::kFailed;
    default:
      return RewrapState::kUnknown;
  }
}

KeyVersionMetadata Take(v1::UserKeyVersion& version) {
  return {version.version(), State(version.state()), ToTime(version.create_time()),
          std::move(*version.mutable_kek_id()), version.messages()};
}

KekMetadata Take(v1::Kek& kek) {
  return {std::move(*kek.mutable_kek_id()), kek.current(), kek.loaded(), kek.keys(),
          TimeIf(kek.has_retire_time(), kek.retire_time())};
}

std::vector<StoreFault> TakeFaults(google::protobuf::RepeatedPtrField<v1::StoreFault>& faults) {
  std::vector<StoreFault> taken;
  for (v1::StoreFault& fault : faults) {
    taken.push_back({std::move(*fault.mutable_fault()),
                     fault.count(),
                     {fault.user_ids().begin(), fault.user_ids().end()}});
  }
  return taken;
}

}  // namespace

UserKeyMetadata Take(v1::UserKey& key) {
  UserKeyMetadata taken{.user_id = std::move(*key.mutable_user_id()),
                        .state = State(key.state()),
                        .primary_version = key.primary_version(),
                        .min_version = key.min_version(),
                        .etag = std::move(*key.mutable_etag()),
                        .purge_time = TimeIf(key.has_purge_time(), key.purge_time()),
                        .rotation_due = std::move(*key.mutable_rotation_due())};
  for (v1::UserKeyVersion& version : *key.mutable_versions()) {
    taken.versions.push_back(Take(version));
  }
  return taken;
}

UserKeyPage Take(v1::ListUserKeysResponse& response) {
  UserKeyPage page{.next_page_token = std::move(*response.mutable_next_page_token())};
  for (v1::UserKey& key : *response.mutable_user_keys()) page.user_keys.push_back(Take(key));
  return page;
}

RewrapProgress Take(v1::RewrapProgress& progress) {
  return {.state = State(progress.state()),
          .kek_id = std::move(*progress.mutable_kek_id()),
          .users_seen = progress.users_seen(),
          .keys_rewrapped = progress.keys_rewrapped(),
          .keys_failed = progress.keys_failed(),
          .keys_at_start = progress.keys_at_start(),
          .start_time = TimeIf(progress.has_start_time(), progress.start_time()),
          .end_time = TimeIf(progress.has_end_time(), progress.end_time()),
          .error = std::move(*progress.mutable_error())};
}

KekStatusResult Take(v1::KekStatus& status) {
  KekStatusResult taken{.rewrap = Take(*status.mutable_rewrap())};
  for (v1::Kek& kek : *status.mutable_keks()) taken.keks.push_back(Take(kek));
  return taken;
}

KekMetadata Take(v1::RetireKekResponse& response) { return Take(*response.mutable_kek()); }

VerifyResult Take(v1::VerifyStoreResponse& response) {
  return {response.users(), response.keys(), TakeFaults(*response.mutable_faults())};
}

BackupResult Take(v1::BackupResponse& response) {
  return {std::move(*response.mutable_path()), response.bytes(), response.users(),
          TakeFaults(*response.mutable_faults())};
}

}  // namespace keyward::client
