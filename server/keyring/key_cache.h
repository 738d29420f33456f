#ifndef KEYWARD_SERVER_KEYRING_KEY_CACHE_H_
#define KEYWARD_SERVER_KEYRING_KEY_CACHE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/time/time.h"
#include "server/keyring/cache_entry.h"
#include "server/keyring/clock.h"
#include "server/keyring/loaded_user.h"
#include "server/sync/mutex.h"

namespace keyward::keyring {

// Users' loaded keys, bounded by count (one not used of late goes first) and by age since they were loaded.
// In shards, so that threads seldom wait for one another. Thread-safe.
//
// Which one goes is found by the CLOCK algorithm, second chance: a hit marks its entry, and touches no
// other, as moving it to the front of a list would; the hand that looks for one to drop passes over those
// that are marked, and takes the mark away.
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
  struct IdOf {
    std::string_view operator()(const CacheEntry* entry) const { return entry->user_id(); }
    std::string_view operator()(std::string_view user_id) const { return user_id; }
  };
  struct HashOfId {
    using is_transparent = void;
    template <typename T>
    size_t operator()(const T& entry_or_id) const {
      return std::hash<std::string_view>()(IdOf()(entry_or_id));
    }
  };
  struct SameId {
    using is_transparent = void;
    template <typename A, typename B>
    bool operator()(const A& a, const B& b) const {
      return IdOf()(a) == IdOf()(b);
    }
  };

  struct Shard {
    mutable sync::Mutex mutex;
    // In the order in which the hand comes by; each knows its place.
    std::vector<CacheEntry::Ptr> entries ABSL_GUARDED_BY(mutex);
    absl::flat_hash_set<CacheEntry*, HashOfId, SameId> by_id ABSL_GUARDED_BY(mutex);
    size_t hand ABSL_GUARDED_BY(mutex) = 0;

    void Add(CacheEntry::Ptr entry) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex);
    void Remove(CacheEntry* entry) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex);
    // There must be one.
    void RemoveOneNotUsed() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex);
  };

  Shard& ShardOf(std::string_view user_id);

  const size_t max_per_shard_;
  const absl::Duration ttl_;
  const Clock& clock_;
  std::array<Shard, 16> shards_;
};

}  // namespace keyward::keyring

#endif  // KEYWARD_SERVER_KEYRING_KEY_CACHE_H_
