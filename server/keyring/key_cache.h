#ifndef KEYWARD_SERVER_KEYRING_KEY_CACHE_H_
#define KEYWARD_SERVER_KEYRING_KEY_CACHE_H_

#include <array>
#include <cstddef>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "server/keyring/clock.h"
#include "server/keyring/loaded_user.h"
#include "server/sync/mutex.h"

namespace keyward::keyring {

// Users' loaded keys, bounded by count (the least recently used goes first) and by age since they were
// loaded. In shards, so that threads seldom wait for one another. Thread-safe.
class KeyCache {
 public:
  // At most `max_users` in all, at least one a shard; none is served once it is `ttl` old.
  KeyCache(size_t max_users, absl::Duration ttl, const Clock& clock);

  // Null where it is absent or too old.
  LoadedUserPtr Get(std::string_view user_id);
  void Put(std::string_view user_id, LoadedUserPtr user);

  size_t size() const;

 private:
  struct Entry {
    std::string user_id;
    LoadedUserPtr user;
    absl::Duration expires;  // on the monotonic clock
  };
  struct Shard {
    mutable sync::Mutex mutex;
    std::list<Entry> by_use ABSL_GUARDED_BY(mutex);  // most recent first
    // The keys are views of the entries' own user_id.
    std::unordered_map<std::string_view, std::list<Entry>::iterator> by_id ABSL_GUARDED_BY(mutex);
  };

  Shard& ShardOf(std::string_view user_id);

  const size_t max_per_shard_;
  const absl::Duration ttl_;
  const Clock& clock_;
  std::array<Shard, 16> shards_;
};

}  // namespace keyward::keyring

#endif  // KEYWARD_SERVER_KEYRING_KEY_CACHE_H_
