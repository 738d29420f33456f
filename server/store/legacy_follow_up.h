#ifndef KEYWARD_SERVER_STORE_LEGACY_FOLLOW_UP_H_
#define KEYWARD_SERVER_STORE_LEGACY_FOLLOW_UP_H_

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/store/key_store.h"
#include "server/store/legacy_database.h"
#include "server/store/legacy_transcoder.h"

namespace keyward::store {

// The users whom a change brought back from deletion, or enabled.
using ReturnedUsers = std::set<std::string>;

// The change, which also notes who returns by it. It runs once for a user, or again from the start.
KeyStore::Change NoteReturned(KeyStore::Change change, std::shared_ptr<ReturnedUsers> returned);

// Whether the legacy file has to follow these changes.
bool NeedsFollowUp(const std::vector<absl::StatusOr<UserKeys>>& updated,
                   const ReturnedUsers& returned);

// Removes the rows of those who are deleted or destroyed now, and puts back those of who returned.
// A user whose row could not be brought to that gets the error instead, though the change in the
// store stands.
void FollowInLegacy(LegacyDatabase& legacy, const LegacyTranscoder& transcoder,
                    const ReturnedUsers& returned, std::vector<absl::StatusOr<UserKeys>>& updated);

}  // namespace keyward::store

#endif  // KEYWARD_SERVER_STORE_LEGACY_FOLLOW_UP_H_
