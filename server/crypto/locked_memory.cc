#include "server/crypto/locked_memory.h"

#include <fcntl.h>
#include <openssl/mem.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace keyward::crypto {
namespace {

// 256 secrets: more than a server holds at once, and a small part of any pod's limit.
constexpr size_t kSlotRegionBytes = 16 * 1024;

size_t PageBytes() {
  static const size_t bytes = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  return bytes;
}

size_t RoundUpToPages(size_t size) { return (size + PageBytes() - 1) / PageBytes() * PageBytes(); }

[[noreturn]] void OutOfMemory() {
  std::fputs("keyward: out of memory for secrets\n", stderr);
  std::abort();
}

// Puts pages in place of those at `at` that the kernel maps for this process alone, and not for
// itself: neither a debugger nor a bug that reads foreign memory gets at them. They are locked by
// nature. False where the kernel has none (memfd_secret(2), Linux 5.14 and later where it is
// switched on), or RLIMIT_MEMLOCK allows no more.
bool MapSecretPages(void* at, size_t size) {
#ifdef SYS_memfd_secret
  const int file = static_cast<int>(syscall(SYS_memfd_secret, O_CLOEXEC));
  if (file < 0) return false;
  // Elsewhere first: a mapping that fails in place would leave a hole there.
  void* const mapped = ftruncate(file, static_cast<off_t>(size)) == 0
                           ? mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0)
                           : MAP_FAILED;
  close(file);
  if (mapped == MAP_FAILED) return false;
  if (mremap(mapped, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, at) != MAP_FAILED) return true;
  munmap(mapped, size);
  return false;
#else
  return at == nullptr && size == 0;
#endif
}

}  // namespace

LockedMemory& LockedMemory::Process() {
  // Never destroyed: secrets in static storage may outlive any order of destruction.
  static LockedMemory& memory = *new LockedMemory;
  return memory;
}

LockedMemory::~LockedMemory() {
  for (const Region& region : slot_regions_) munmap(region.begin, region.size);
}

void* LockedMemory::Allocate(size_t size) {
  sync::MutexLock lock(mutex_);
  if (size > kSlotBytes) return Map(RoundUpToPages(size)).begin + PageBytes();
  if (free_slots_.empty()) AddSlots();
  void* slot = free_slots_.back();
  free_slots_.pop_back();
  return slot;
}

void LockedMemory::Free(void* block, size_t size) {
  OPENSSL_cleanse(block, size);
  if (size > kSlotBytes) {
    munmap(static_cast<char*>(block) - PageBytes(), RoundUpToPages(size) + 2 * PageBytes());
    return;
  }
  sync::MutexLock lock(mutex_);
  free_slots_.push_back(block);
}

size_t LockedMemory::unlocked_bytes() const {
  sync::MutexLock lock(mutex_);
  return unlocked_bytes_;
}

size_t LockedMemory::secret_bytes() const {
  sync::MutexLock lock(mutex_);
  return secret_bytes_;
}

LockedMemory::Region LockedMemory::Map(size_t usable) {
  const size_t size = usable + 2 * PageBytes();
  void* mapped = mmap(nullptr, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) OutOfMemory();
  char* const begin = static_cast<char*>(mapped);
  char* const inside = begin + PageBytes();
  madvise(begin, size, MADV_DONTDUMP);
  if (MapSecretPages(inside, usable)) {
    secret_bytes_ += usable;
    return {begin, size};
  }
  if (mprotect(inside, usable, PROT_READ | PROT_WRITE) != 0) OutOfMemory();
  if (mlock(inside, usable) != 0) unlocked_bytes_ += usable;
  return {begin, size};
}

void LockedMemory::AddSlots() {
  const Region region = Map(RoundUpToPages(kSlotRegionBytes));
  slot_regions_.push_back(region);
  char* const begin = region.begin + PageBytes();
  char* const end = region.begin + region.size - PageBytes();
  for (char* slot = begin; slot + kSlotBytes <= end; slot += kSlotBytes) {
    free_slots_.push_back(slot);
  }
}

}  // namespace keyward::crypto
