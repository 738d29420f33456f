#ifndef KEYWARD_SERVER_KEYRING_CACHE_ENTRY_H_
#define KEYWARD_SERVER_KEYRING_CACHE_ENTRY_H_

#include <cstdint>
#include <memory>
#include <string_view>

#include "server/keyring/loaded_user.h"

namespace keyward::keyring {

// A user's id and keys in one block of memory, for where there are millions: 111 bytes and the id
// for a user with one version. The keys in it are shielded.
class CacheEntry {
 public:
  struct Delete {
    void operator()(CacheEntry* entry) const;
  };
  using Ptr = std::unique_ptr<CacheEntry, Delete>;

  // `user` must be complete: why a version has no key is not kept.
  static Ptr New(std::string_view user_id, const LoadedUser& user);

  std::string_view user_id() const { return {bytes(), id_size_}; }
  LoadedUser Unpack() const;

  // The cache's own.
  int64_t expires = 0;  // nanoseconds of the monotonic clock
  uint32_t place = 0;   // among its shard's entries
  bool used = false;    // since the cache last looked for one to drop

 private:
  explicit CacheEntry(std::string_view user_id, const LoadedUser& user);

  // The id and the versions follow the object.
  char* bytes() { return reinterpret_cast<char*>(this + 1); }
  const char* bytes() const { return reinterpret_cast<const char*>(this + 1); }

  uint16_t id_size_;
};

}  // namespace keyward::keyring

#endif  // KEYWARD_SERVER_KEYRING_CACHE_ENTRY_H_
