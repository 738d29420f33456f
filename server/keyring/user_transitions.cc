#include "server/keyring/user_transitions.h"

#include <algorithm>
#include <string>
#include <utility>

#include "server/errors/errors.h"

namespace keyward::keyring::transitions {
namespace {

using store::KeyVersion;
using store::UserKeys;
using store::UserState;
using store::VersionState;

Next Unchanged() { return std::optional<UserKeys>(); }

Next Changed(UserKeys next) {
  ++next.etag;
  return std::optional<UserKeys>(std::move(next));
}

// Whether an operator may change what the user's key is used for.
absl::Status CheckUsable(UserState state) {
  switch (state) {
    case UserState::kActive:
    case UserState::kDisabled:
      return absl::OkStatus();
    case UserState::kDeleted:
      return errors::UserKeyDeleted();
    case UserState::kDestroyed:
      return errors::UserKeyDestroyed();
  }
  return errors::StoredKeyCorrupt();
}

Next SetState(const UserKeys& now, UserState state) {
  if (absl::Status status = CheckUsable(now.state); !status.ok()) return status;
  if (now.state == state) return Unchanged();
  UserKeys next = now;
  next.state = state;
  return Changed(std::move(next));
}

Next SetVersionState(const UserKeys& now, uint32_t version, VersionState state) {
  if (absl::Status status = CheckUsable(now.state); !status.ok()) return status;
  const auto found = std::find_if(now.versions.begin(), now.versions.end(),
                                  [&](const KeyVersion& key) { return key.version == version; });
  if (found == now.versions.end()) return errors::UserKeyVersionNotFound();
  if (found->state == VersionState::kDestroyed) return errors::UserKeyDestroyed();
  if (found->state == state) return Unchanged();
  UserKeys next = now;
  next.versions[static_cast<size_t>(found - now.versions.begin())].state = state;
  return Changed(std::move(next));
}

uint32_t NewestVersion(const UserKeys& now) {
  uint32_t newest = now.primary_version;
  for (const KeyVersion& key : now.versions) newest = std::max(newest, key.version);
  return newest;
}

}  // namespace

bool IsRepeated(const UserKeys& now, std::string_view request_id) {
  return !request_id.empty() && now.rotation_id == request_id;
}

Next Rotate(const UserKeys& now, std::string_view request_id, MakeVersion make) {
  if (IsRepeated(now, request_id)) return Unchanged();
  const bool destroyed = now.state == UserState::kDestroyed;
  if (absl::Status status = CheckUsable(now.state); !status.ok() && !destroyed) return status;
  const uint32_t newest = NewestVersion(now);
  if (now.versions.size() >= kMaxVersions || newest == UINT32_MAX) {
    return errors::InvalidRequest("the user's key has as many versions as there may be");
  }
  UserKeys next = now;
  if (destroyed) next.state = UserState::kActive;
  next.primary_version = newest + 1;
  next.rotation_id = std::string(request_id);
  next.versions.insert(next.versions.begin(), make(newest + 1));
  return Changed(std::move(next));
}

Next Disable(const UserKeys& now) { return SetState(now, UserState::kDisabled); }

Next Enable(const UserKeys& now) { return SetState(now, UserState::kActive); }

Next DisableVersion(const UserKeys& now, uint32_t version) {
  return SetVersionState(now, version, VersionState::kDisabled);
}

Next EnableVersion(const UserKeys& now, uint32_t version) {
  return SetVersionState(now, version, VersionState::kEnabled);
}

Next SetMinimumVersion(const UserKeys& now, uint32_t min_version) {
  if (absl::Status status = CheckUsable(now.state); !status.ok()) return status;
  if (min_version > now.primary_version) {
    return errors::InvalidRequest("min_version is above the primary version");
  }
  if (min_version == now.min_version) return Unchanged();
  UserKeys next = now;
  next.min_version = min_version;
  return Changed(std::move(next));
}

Next Delete(const UserKeys& now, int64_t purge_at_micros) {
  if (now.state == UserState::kDeleted) return Unchanged();
  if (absl::Status status = CheckUsable(now.state); !status.ok()) return status;
  UserKeys next = now;
  next.state = UserState::kDeleted;
  next.state_before_delete = now.state;
  next.purge_at_micros = purge_at_micros;
  return Changed(std::move(next));
}

Next Undelete(const UserKeys& now) {
  if (now.state != UserState::kDeleted) {
    if (absl::Status status = CheckUsable(now.state); !status.ok()) return status;
    return Unchanged();
  }
  UserKeys next = now;
  const bool was_disabled = now.state_before_delete == UserState::kDisabled;
  next.state = was_disabled ? UserState::kDisabled : UserState::kActive;
  next.state_before_delete = UserState::kActive;
  next.purge_at_micros = 0;
  return Changed(std::move(next));
}

Next Destroy(const UserKeys& now) {
  if (now.state == UserState::kDestroyed) return Unchanged();
  UserKeys next = now;
  next.state = UserState::kDestroyed;
  next.state_before_delete = UserState::kActive;
  next.purge_at_micros = 0;
  for (KeyVersion& key : next.versions) {
    key.state = VersionState::kDestroyed;
    key.wrapped_key.clear();
    key.kek_id.clear();
  }
  return Changed(std::move(next));
}

Next Purge(const UserKeys& now, int64_t now_micros) {
  const bool due = now.state == UserState::kDeleted && now.purge_at_micros != 0 &&
                   now.purge_at_micros <= now_micros;
  return due ? Destroy(now) : Unchanged();
}

}  // namespace keyward::keyring::transitions
