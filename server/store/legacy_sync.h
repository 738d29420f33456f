#ifndef KEYWARD_SERVER_STORE_LEGACY_SYNC_H_
#define KEYWARD_SERVER_STORE_LEGACY_SYNC_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/store/key_store.h"
#include "server/store/legacy_database.h"
#include "server/store/legacy_transcoder.h"

namespace keyward::store {

// How many users met a case, and the first of them by name, for a log line.
struct UserTally {
  int64_t count = 0;
  std::vector<std::string> first;

  void Add(const std::string& user_id);
};

// What bringing the store and the legacy file together did.
struct LegacySyncReport {
  int64_t imported = 0;       // users of the legacy file that the store did not have
  int64_t exported = 0;       // active users of the store that the legacy file did not have
  int64_t already_there = 0;  // users of both, with the same key
  int64_t removed = 0;        // rows of users whom the store has as deleted or destroyed
  UserTally unreadable;   // the key in the file, or in the store, opens under no loaded master key
  UserTally conflicting;  // two different keys: both stay as they are, the store's one is served
};

// Brings both to the same users: walks the two in the order of user ids, imports what the store
// lacks and exports what the file lacks. It can be run again at any time, and may be interrupted.
// It blocks.
absl::StatusOr<LegacySyncReport> SyncLegacy(LegacyDatabase& legacy, KeyStore& store,
                                            const LegacyTranscoder& transcoder);

}  // namespace keyward::store

#endif  // KEYWARD_SERVER_STORE_LEGACY_SYNC_H_
