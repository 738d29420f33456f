#include "server/keyring/key_cache.h"

#include <algorithm>
#include <tuple>
#include <utility>

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
  CacheEntry* const entry = *found;
  if (now >= entry->expires) {
    shard.Remove(entry);
    return std::nullopt;
  }
  entry->used = true;
  return entry->Unpack();
}

void KeyCache::Put(std::string_view user_id, const LoadedUser& user) {
  CacheEntry::Ptr entry = CacheEntry::New(user_id, user);
  entry->expires = absl::ToInt64Nanoseconds(clock_.Monotonic() + ttl_);
  Shard& shard = ShardOf(user_id);
  sync::MutexLock lock(shard.mutex);
  if (const auto old = shard.by_id.find(user_id); old != shard.by_id.end()) {
    shard.Remove(*old);
  } else if (shard.entries.size() >= max_per_shard_) {
    shard.RemoveOneNotUsed();
  }
  shard.Add(std::move(entry));
}

size_t KeyCache::size() const {
  size_t size = 0;
  for (const Shard& shard : shards_) {
    sync::MutexLock lock(shard.mutex);
    size += shard.entries.size();
  }
  return size;
}

KeyCache::Shard& KeyCache::ShardOf(std::string_view user_id) {
  // Other bits of the hash than those by which the shard's own table chooses its group.
  return shards_[(std::hash<std::string_view>()(user_id) >> 56) % shards_.size()];
}

void KeyCache::Shard::Add(CacheEntry::Ptr entry) {
  entry->place = static_cast<uint32_t>(entries.size());
  by_id.insert(entry.get());
  entries.push_back(std::move(entry));
}

void KeyCache::Shard::Remove(CacheEntry* entry) {
  by_id.erase(entry);
  const size_t place = entry->place;
  std::swap(entries[place], entries.back());
  entries[place]->place = static_cast<uint32_t>(place);
  entries.pop_back();
}

void KeyCache::Shard::RemoveOneNotUsed() {
  while (true) {
    if (hand >= entries.size()) hand = 0;
    CacheEntry* const entry = entries[hand].get();
    if (!std::exchange(entry->used, false)) return Remove(entry);
    ++hand;
  }
}

}  // namespace keyward::keyring
