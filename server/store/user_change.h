#ifndef KEYWARD_SERVER_STORE_USER_CHANGE_H_
#define KEYWARD_SERVER_STORE_USER_CHANGE_H_

#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"
#include "server/store/key_store.h"

namespace keyward::store {

// What a user is changed to: as `change` says, newest version first; nullopt where nothing changes. `now` may be
// damaged: what could not be read back afterwards is errors::StoredKeyCorrupt. A change that breaks
// KeyStore::Change's own rules is INTERNAL.
absl::StatusOr<std::optional<UserKeys>> ChangeUser(const UserKeys& now,
                                                   const KeyStore::Change& change);

// Null where the user has no such version.
const KeyVersion* FindVersion(const UserKeys& user, uint32_t version);

// Whether all but the versions is the same.
bool HaveSameUser(const UserKeys& a, const UserKeys& b);

// Whether all but the versions is as with a new user, whose newest version is the primary one.
bool IsAsNew(const UserKeys& user);

// Whether a version of the user has been destroyed.
bool HasDestroyedVersion(const UserKeys& user);

}  // namespace keyward::store

#endif  // KEYWARD_SERVER_STORE_USER_CHANGE_H_
