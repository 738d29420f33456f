#include "server/keyring/key_cache.h"

#include <algorithm>
#include <functional>
#include <utility>

namespace keyward::keyring {

KeyCache::KeyCache(size_t max_users, absl::Duration ttl, const Clock& clock)
    : max_per_shard_(std::max<size_t>(1, max_users / std::tuple_size_v<decltype(shards_)>)),
      ttl_(ttl),
      clock_(clock) {}

LoadedUserPtr KeyCache::Get(std::string_view user_id) {
  Shard& shard = ShardOf(user_id);
  sync::MutexLock lock(shard.mutex);
  const auto found = shard.by_id.find(user_id);
  if (found == shard.by_id.end()) return nullptr;
  const auto entry = found->second;
  if (clock_.Monotonic() >= entry->expires) {
    shard.by_id.erase(found);
    shard.by_use.erase(entry);
    return nullptr;
  }
  shard.by_use.splice(shard.by_use.begin(), shard.by_use, entry);
  return entry->user;
}

void KeyCache::Put(std::string_view user_id, LoadedUserPtr user) {
  Shard& shard = ShardOf(user_id);
  sync::MutexLock lock(shard.mutex);
  const absl::Duration expires = clock_.Monotonic() + ttl_;
  if (const auto found = shard.by_id.find(user_id); found != shard.by_id.end()) {
    const auto old = found->second;
    shard.by_id.erase(found);
    shard.by_use.erase(old);
  }
  shard.by_use.push_front({std::string(user_id), std::move(user), expires});
  shard.by_id.emplace(shard.by_use.front().user_id, shard.by_use.begin());
  if (shard.by_use.size() > max_per_shard_) {
    shard.by_id.erase(shard.by_use.back().user_id);
    shard.by_use.pop_back();
  }
}

size_t KeyCache::size() const {
  size_t size = 0;
  for (const Shard& shard : shards_) {
    sync::MutexLock lock(shard.mutex);
    size += shard.by_use.size();
  }
  return size;
}

KeyCache::Shard& KeyCache::ShardOf(std::string_view user_id) {
  // Other bits of the hash than those by which the shard's own table chooses its bucket.
  return shards_[(std::hash<std::string_view>()(user_id) >> 48) % shards_.size()];
}

}  // namespace keyward::keyring
