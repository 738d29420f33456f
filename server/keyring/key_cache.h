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
#include "absl/types/span.h"
#include "server/keyring/cache_entry.h"
#include "server/keyring/clock.h"
#include "server/keyring/loaded_user.h"
#include "server/sync/mutex.h"

namespace keyward::keyring {

// Users' loaded keys, bounded by count (one not used of late goes first) and by age since they were
// loaded. In shards, so that threads seldom wait for one another. Thread-safe.
//
// Which one goes is found by the CLOCK algorithm, second chance: a hit marks its entry, and touches
// no other, as moving it to the front of a list would; the hand that looks for one to drop passes
// over those that are marked, and takes the mark away.
class KeyCache {
 public:
  // At most `max_users` in all, at least one a shard; none is served once it is `ttl` old.
  KeyCache(size_t max_users, absl::Duration ttl, const Clock& clock);

  // nullopt where it is absent or too old.
  std::optional<LoadedUser> Get(std::string_view user_id);
  // Get ahead of a Get that follows: what it will read is on its way to the processor's cache while
  // something else is done. First where the entry's place is told, and some time later the entry.
  void PrefetchPlace(std::string_view user_id) { PrefetchPlace(Hash(user_id)); }
  void PrefetchEntry(std::string_view user_id) { PrefetchEntry(Hash(user_id)); }
  // Both, of a few users. At most kMaxPrefetch.
  void Prefetch(absl::Span<const std::string_view> user_ids);
  static constexpr size_t kMaxPrefetch = 16;
  // `user` must be complete, and may have been in the store at `as_of` of the monotonic clock and
  // not later.
  void Put(std::string_view user_id, const LoadedUser& user, absl::Duration as_of);
  void Put(std::string_view user_id, const LoadedUser& user) {
    Put(user_id, user, clock_.Monotonic());
  }
  void Drop(std::string_view user_id);
  void DropAll();

  size_t size() const;

  struct Figures {
    uint64_t entries = 0;
    uint64_t hits = 0;
    uint64_t misses = 0;     // those that were too old among them
    uint64_t evictions = 0;  // for want of room
  };
  Figures figures() const;

 private:
  // The hash is kept, so that comparing looks at an entry only where it is the right one.
  struct Slot {
    size_t hash;
    CacheEntry* entry;
  };
  struct Key {
    size_t hash;
    std::string_view user_id;
  };
  // Finds a slot without looking at its entry.
  struct HashAlone {
    size_t hash;
  };
  struct HashOf {
    using is_transparent = void;
    template <typename T>
    size_t operator()(const T& slot_or_key) const {
      return slot_or_key.hash;
    }
  };
  struct Same {
    using is_transparent = void;
    bool operator()(const Slot& a, const Slot& b) const { return a.entry == b.entry; }
    bool operator()(const Slot& slot, const HashAlone& hash) const {
      return slot.hash == hash.hash;
    }
    bool operator()(const Slot& slot, const Key& key) const {
      return slot.hash == key.hash && slot.entry->user_id() == key.user_id;
    }
  };

  struct Shard {
    mutable sync::Mutex mutex;
    // In the order in which the hand comes by; each knows its place.
    std::vector<CacheEntry::Ptr> entries ABSL_GUARDED_BY(mutex);
    absl::flat_hash_set<Slot, HashOf, Same> by_id ABSL_GUARDED_BY(mutex);
    size_t hand ABSL_GUARDED_BY(mutex) = 0;
    Figures figures ABSL_GUARDED_BY(mutex);

    void Add(size_t hash, CacheEntry::Ptr entry) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex);
    void Remove(const CacheEntry* entry) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex);
    // There must be one.
    void RemoveOneNotUsed() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex);
  };

  static size_t Hash(std::string_view user_id) { return std::hash<std::string_view>()(user_id); }
  Shard& ShardOf(size_t hash);
  void PrefetchPlace(size_t hash);
  void PrefetchEntry(size_t hash);

  const size_t max_per_shard_;
  const absl::Duration ttl_;
  const Clock& clock_;
  std::array<Shard, 16> shards_;
};

}  // namespace keyward::keyring

#endif  // KEYWARD_SERVER_KEYRING_KEY_CACHE_H_
