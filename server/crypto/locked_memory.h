#ifndef KEYWARD_SERVER_CRYPTO_LOCKED_MEMORY_H_
#define KEYWARD_SERVER_CRYPTO_LOCKED_MEMORY_H_

#include <cstddef>
#include <new>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "server/sync/mutex.h"

namespace keyward::crypto {

// Memory for secrets: kept out of swap and of core dumps, with an inaccessible page on either side
// of each region. Where the kernel has memfd_secret(2), no other process and not even the kernel
// maps it; else it is locked (mlock) and marked (MADV_DONTDUMP). Thread-safe.
//
// Locked memory is scarce (RLIMIT_MEMLOCK is 8 MiB on Debian, often less in a container), so blocks
// are small and few: what is kept for long, or in numbers, is kept sealed elsewhere. Where the
// limit is reached, blocks come from unlocked memory, still kept out of dumps; unlocked_bytes()
// tells.
class LockedMemory {
 public:
  // Blocks up to this size share regions; a larger one gets a region of its own.
  static constexpr size_t kSlotBytes = 64;

  // The one that SecretBytes uses.
  static LockedMemory& Process();

  LockedMemory() = default;
  LockedMemory(const LockedMemory&) = delete;
  LockedMemory& operator=(const LockedMemory&) = delete;
  ~LockedMemory();

  // Zeroed memory of at least `size` bytes (at least 1), aligned to 64 bytes for up to kSlotBytes
  // and to a page above. Ends the program where the system gives no memory at all.
  void* Allocate(size_t size);
  // Wipes the block and takes it back; `size` is what Allocate was given.
  void Free(void* block, size_t size);

  // How much of what was ever mapped could not be locked.
  size_t unlocked_bytes() const;
  // How much of what was ever mapped only this process can read.
  size_t secret_bytes() const;

 private:
  struct Region {
    char* begin;  // the first guard page
    size_t size;  // guard pages included
  };

  Region Map(size_t usable) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void AddSlots() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mutable sync::Mutex mutex_;
  std::vector<Region> slot_regions_ ABSL_GUARDED_BY(mutex_);
  std::vector<void*> free_slots_ ABSL_GUARDED_BY(mutex_);
  size_t unlocked_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t secret_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
};

// An object that is a secret as a whole, in the process's LockedMemory.
template <typename T>
class Locked {
 public:
  template <typename... Arguments>
  explicit Locked(Arguments&&... arguments)
      : object_(new (LockedMemory::Process().Allocate(sizeof(T)))
                    T(std::forward<Arguments>(arguments)...)) {}
  Locked(const Locked&) = delete;
  Locked& operator=(const Locked&) = delete;
  ~Locked() {
    object_->~T();
    LockedMemory::Process().Free(object_, sizeof(T));
  }

  const T& operator*() const { return *object_; }

 private:
  T* const object_;
};

}  // namespace keyward::crypto

#endif  // KEYWARD_SERVER_CRYPTO_LOCKED_MEMORY_H_
