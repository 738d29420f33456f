#ifndef KEYWARD_SERVER_STORE_STORED_ROW_H_
#define KEYWARD_SERVER_STORE_STORED_ROW_H_

#include "absl/status/status.h"
#include "server/store/key_store.h"

namespace keyward::store {

// Whether the number is one of the states.
bool IsKnown(UserState state);
bool IsKnown(VersionState state);

// Whether the version can be a key at all: its number, format, lengths and state. A destroyed
// version keeps none of its key. What the bytes open to is the keyring's to find out.
bool IsPossibleKey(const KeyVersion& key);

// Whether the user is deleted or destroyed, which may have left no version.
bool IsTombstone(const UserKeys& keys);

// errors::StoredKeyCorrupt unless each version is a possible key and a user who is not a tombstone
// has the primary version.
absl::Status CheckUserKeys(const UserKeys& keys);

// Leaves out the versions that are no possible keys. A user whose state is none of the known ones
// becomes disabled.
void DropImpossibleKeys(UserKeys& keys);

}  // namespace keyward::store

#endif  // KEYWARD_SERVER_STORE_STORED_ROW_H_
