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
  const size_t hash = Hash(user_id);
  Shard& shard = ShardOf(hash);
  sync::MutexLock lock(shard.mutex);
  const auto found = shard.by_id.find(Key{hash, user_id});
  if (found == shard.by_id.end()) {
    ++shard.figures.misses;
    return std::nullopt;
  }
  CacheEntry* const entry = found->entry;
  if (now >= entry->expires) {
    ++shard.figures.misses;
    shard.Remove(entry);
    return std::nullopt;
  }
  ++shard.figures.hits;
  entry->used = true;
  return entry->Unpack();
}

void KeyCache::Prefetch(absl::Span<const std::string_view> user_ids) {
  user_ids = user_ids.subspan(0, kMaxPrefetch);
  std::array<size_t, kMaxPrefetch> hashes;
  for (size_t i = 0; i < user_ids.size(); ++i) {
    hashes[i] = Hash(user_ids[i]);
    PrefetchPlace(hashes[i]);
  }
  for (size_t i = 0; i < user_ids.size(); ++i) PrefetchEntry(hashes[i]);
}

void KeyCache::PrefetchPlace(size_t hash) {
  Shard& shard = ShardOf(hash);
  sync::MutexLock lock(shard.mutex);
  shard.by_id.prefetch(HashAlone{hash});
}

void KeyCache::PrefetchEntry(size_t hash) {
  Shard& shard = ShardOf(hash);
  sync::MutexLock lock(shard.mutex);
  const auto found = shard.by_id.find(HashAlone{hash});
  if (found == shard.by_id.end()) return;
  // An entry of one version has some 110 bytes, in two lines of the cache or in three.
  const char* const entry = reinterpret_cast<const char*>(found->entry);
  for (const size_t offset : {0, 64, 104}) __builtin_prefetch(entry + offset);
}

void KeyCache::Put(std::string_view user_id, const LoadedUser& user, absl::Duration as_of) {
  CacheEntry::Ptr entry = CacheEntry::New(user_id, user);
  entry->expires = absl::ToInt64Nanoseconds(as_of + ttl_);
  const size_t hash = Hash(user_id);
  Shard& shard = ShardOf(hash);
  sync::MutexLock lock(shard.mutex);
  if (const auto old = shard.by_id.find(Key{hash, user_id}); old != shard.by_id.end()) {
    shard.Remove(old->entry);
  } else if (shard.entries.size() >= max_per_shard_) {
    ++shard.figures.evictions;
    shard.RemoveOneNotUsed();
  }
  shard.Add(hash, std::move(entry));
}

void KeyCache::Drop(std::string_view user_id) {
  const size_t hash = Hash(user_id);
  Shard& shard = ShardOf(hash);
  sync::MutexLock lock(shard.mutex);
  const auto found = shard.by_id.find(Key{hash, user_id});
  if (found != shard.by_id.end()) shard.Remove(found->entry);
}

void KeyCache::DropAll() {
  for (Shard& shard : shards_) {
    sync::MutexLock lock(shard.mutex);
    shard.by_id.clear();
    shard.entries.clear();
  }
}

size_t KeyCache::size() const {
  size_t size = 0;
  for (const Shard& shard : shards_) {
    sync::MutexLock lock(shard.mutex);
    size += shard.entries.size();
  }
  return size;
}

KeyCache::Figures KeyCache::figures() const {
  Figures all;
  for (const Shard& shard : shards_) {
    sync::MutexLock lock(shard.mutex);
    all.entries += shard.entries.size();
    all.hits += shard.figures.hits;
    all.misses += shard.figures.misses;
    all.evictions += shard.figures.evictions;
  }
  return all;
}

KeyCache::Shard& KeyCache::ShardOf(size_t hash) {
  // Other bits of the hash than those by which the shard's own table chooses its group.
  return shards_[(hash >> 56) % shards_.size()];
}

void KeyCache::Shard::Add(size_t hash, CacheEntry::Ptr entry) {
  entry->place = static_cast<uint32_t>(entries.size());
  by_id.insert({hash, entry.get()});
  entries.push_back(std::move(entry));
}

void KeyCache::Shard::Remove(const CacheEntry* entry) {
  by_id.erase(by_id.find(Key{Hash(entry->user_id()), entry->user_id()}));
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
