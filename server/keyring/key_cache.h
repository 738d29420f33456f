#ifndef KEYWARD_SERVER_KEYRING_KEY_CACHE_H_
#define KEYWARD_SERVER_KEYRING_KEY_CACHE_H_

#include <array>
#include <cstddef>
#include <list>
#include <optional>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/time/time.h"
#include "server/keyring/clock.h"
#include "server/keyring/loaded_user.h"
#include "server/keyring/packed_user.h"
#include "server/sync/mutex.h"

namespace keyward::keyring {

// Users' loaded keys, bounded by count (the least recently used goes first) and by age since they were
// loaded. In shards, so that threads seldom wait for one another. Thread-safe.
class KeyCache {
 public:
  // At most `max_users` in all, at least one a shard; none is served once it is `ttl` old.
  KeyCache(size_t max_users, absl::Duration ttl, const Clock& clock);

  // nullopt where it is absent or too old.
  std::optional<LoadedUser> Get(std::string_view user_id);
  // `user` must be complete.
  void Put(std::string_view user_id, const LoadedUser& user);

  size_t size() const;

 private:
  struct Entry {
    PackedUser packed;
    int64_t expires;  // nanoseconds of the monotonic clock
  };
  using Entries = std::list<Entry>;

  static std::string_view IdOf(Entries::const_iterator entry) { return entry->packed.user_id(); }
  static std::string_view IdOf(std::string_view user_id) { return user_id; }
  struct HashOfId {
    using is_transparent = void;
    template <typename T>
    size_t operator()(const T& entry_or_id) const {
      return std::hash<std::string_view>()(IdOf(entry_or_id));
    }
  };
  struct SameId {
    using is_transparent = void;
    template <typename A, typename B>
    bool operator()(const A& a, const B& b) const {
      return IdOf(a) == IdOf(b);
    }
  };

  struct Shard {
    mutable sync::Mutex mutex;
    Entries by_use ABSL_GUARDED_BY(mutex);  // most recent first
    absl::flat_hash_set<Entries::iterator, HashOfId, SameId> by_id ABSL_GUARDED_BY(mutex);
  };

  Shard& ShardOf(std::string_view user_id);

  const size_t max_per_shard_;
  const absl::Duration ttl_;
  const Clock& clock_;
  std::array<Shard, 16> shards_;
};

}  // namespace keyward::keyring

#endif  // KEYWARD_SERVER_KEYRING_KEY_CACHE_H_
