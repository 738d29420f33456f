#ifndef KEYWARD_SERVER_STORE_USER_CHANGE_H_
#define KEYWARD_SERVER_STORE_USER_CHANGE_H_

#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include "absl/status/statusor.h"
#include "server/store/key_store.h"

namespace keyward::store {

// What a user is changed to: as `change` says, newest version first; nullopt where nothing changes.
// `now` may be damaged: what could not be read back afterwards is errors::StoredKeyCorrupt. A
// change that breaks KeyStore::Change's own rules is INTERNAL.
absl::StatusOr<std::optional<UserKeys>> ChangeUser(const UserKeys& now,
                                                   const KeyStore::Change& change);

// Null where the user has no such version.
const KeyVersion* FindVersion(const UserKeys& user, uint32_t version);

// Whether all but the versions is the same.
bool HaveSameUser(const UserKeys& a, const UserKeys& b);

// Whether all but the versions is as with a new user, whose newest version is the primary one.
bool IsAsNew(const UserKeys& user);

// Whether a key is newly wrapped, or wrapped anew, under a master key that is retired.
bool IsUnderRetiredKek(const UserKeys& now, const UserKeys& next,
                       const std::set<std::string>& retired);

// Whether the wrapped bytes of a key are no longer there.
bool TakesKeysAway(const UserKeys& now, const UserKeys& next);

// Whether a process that has the user's keys as in `now` must not go on with them: all but counts
// of messages and the wrapping, under which the same keys are.
bool CachesHaveToFollow(const UserKeys& now, const UserKeys& next);

// Whether a version of the user has been destroyed.
bool HasDestroyedVersion(const UserKeys& user);

}  // namespace keyward::store

#endif  // KEYWARD_SERVER_STORE_USER_CHANGE_H_
