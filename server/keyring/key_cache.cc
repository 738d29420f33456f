#include "server/keyring/key_cache.h"

#include <algorithm>
#include <functional>
#include <tuple>

namespace keyward::keyring {

KeyCache::KeyCache(size_t max_users, absl::Duration ttl, const Clock& clock)
    : max_per_shard_(std::max<size_t>(1, max_users / std::tuple_size_v<decltype(shards_)>)),
      ttl_(ttl),
      clock_(clock) {}

std::optional<LoadedUser> KeyCache::Get(std::string_view user_id) {
  const int64_t now = absl::ToInt64Nanoseconds(clock_.Monotonic());
  Shard& shard = ShardOf(user_id);
  sync::MutexLock lock(shard.mutex);
  const auto found = shard.by_id.find(user_id);
  if (found == shard.by_id.end()) return std::nullopt;
  const auto entry = *found;
  if (now >= entry->expires) {
    shard.by_id.erase(found);
    shard.by_use.erase(entry);
    return std::nullopt;
  }
  shard.by_use.splice(shard.by_use.begin(), shard.by_use, entry);
  return entry->packed.Unpack();
}

void KeyCache::Put(std::string_view user_id, const LoadedUser& user) {
  const int64_t expires = absl::ToInt64Nanoseconds(clock_.Monotonic() + ttl_);
  PackedUser packed(user_id, user);
  Shard& shard = ShardOf(user_id);
  sync::MutexLock lock(shard.mutex);
  if (const auto found = shard.by_id.find(user_id); found != shard.by_id.end()) {
    const auto old = *found;
    shard.by_id.erase(found);
    shard.by_use.erase(old);
  }
  shard.by_use.push_front({std::move(packed), expires});
  shard.by_id.insert(shard.by_use.begin());
  if (shard.by_use.size() > max_per_shard_) {
    shard.by_id.erase(std::prev(shard.by_use.end()));
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
  // Other bits of the hash than those by which the shard's own table chooses its group.
  return shards_[(std::hash<std::string_view>()(user_id) >> 56) % shards_.size()];
}

}  // namespace keyward::keyring
