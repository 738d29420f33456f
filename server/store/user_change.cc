#include "server/store/user_change.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/status/status.h"
#include "server/store/stored_row.h"

namespace keyward::store {
namespace {

auto AllButVersions(const UserKeys& user) {
  return std::tie(user.user_id, user.primary_version, user.min_version, user.state,
                  user.state_before_delete, user.etag, user.purge_at_micros, user.rotation_id);
}

bool IsNewer(const KeyVersion& a, const KeyVersion& b) { return a.version > b.version; }

// Each number is there once, and none of those that were there is missing.
bool KeepsVersions(const UserKeys& now, const UserKeys& next) {
  const auto same = [](const KeyVersion& a, const KeyVersion& b) { return a.version == b.version; };
  const auto& versions = next.versions;
  if (std::adjacent_find(versions.begin(), versions.end(), same) != versions.end()) return false;
  return std::all_of(now.versions.begin(), now.versions.end(), [&](const KeyVersion& key) {
    return FindVersion(next, key.version) != nullptr;
  });
}

}  // namespace

absl::StatusOr<std::optional<UserKeys>> ChangeUser(const UserKeys& now,
                                                   const KeyStore::Change& change) {
  absl::StatusOr<std::optional<UserKeys>> next = change(now);
  if (!next.ok()) return next;
  if (!next->has_value()) {
    if (absl::Status sound = CheckUserKeys(now); !sound.ok()) return sound;
    return next;
  }
  UserKeys& user = **next;
  std::sort(user.versions.begin(), user.versions.end(), IsNewer);
  if (user.user_id != now.user_id || !KeepsVersions(now, user)) {
    return absl::InternalError("a change of a user's keys must keep the id and every version");
  }
  if (absl::Status sound = CheckUserKeys(user); !sound.ok()) return sound;
  return next;
}

const KeyVersion* FindVersion(const UserKeys& user, uint32_t version) {
  const auto found = std::find_if(user.versions.begin(), user.versions.end(),
                                  [&](const KeyVersion& key) { return key.version == version; });
  return found == user.versions.end() ? nullptr : &*found;
}

bool HaveSameUser(const UserKeys& a, const UserKeys& b) {
  return AllButVersions(a) == AllButVersions(b);
}

bool IsAsNew(const UserKeys& user) {
  UserKeys fresh;
  fresh.user_id = user.user_id;
  fresh.primary_version = user.versions.empty() ? 0 : user.versions.front().version;
  return HaveSameUser(user, fresh);
}

bool HasDestroyedVersion(const UserKeys& user) {
  return std::any_of(user.versions.begin(), user.versions.end(),
                     [](const KeyVersion& key) { return key.state == VersionState::kDestroyed; });
}

bool IsUnderRetiredKek(const UserKeys& now, const UserKeys& next,
                       const std::set<std::string>& retired) {
  if (retired.empty()) return false;
  return std::any_of(next.versions.begin(), next.versions.end(), [&](const KeyVersion& key) {
    const KeyVersion* before = FindVersion(now, key.version);
    const bool as_before = before != nullptr && before->kek_id == key.kek_id;
    return !as_before && retired.contains(key.kek_id);
  });
}

bool TakesKeysAway(const UserKeys& now, const UserKeys& next) {
  return std::any_of(now.versions.begin(), now.versions.end(), [&](const KeyVersion& before) {
    const KeyVersion* after = FindVersion(next, before.version);
    return !before.wrapped_key.empty() && after != nullptr && after->wrapped_key.empty();
  });
}

bool CachesHaveToFollow(const UserKeys& now, const UserKeys& next) {
  if (!HaveSameUser(now, next) || now.versions.size() != next.versions.size()) return true;
  return std::any_of(now.versions.begin(), now.versions.end(), [&](const KeyVersion& before) {
    const KeyVersion* after = FindVersion(next, before.version);
    return after == nullptr || after->state != before.state;
  });
}

}  // namespace keyward::store
