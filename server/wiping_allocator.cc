// Overwrites all heap memory of the process when it is freed, gRPC's and OpenSSL's too: a plaintext
// must not outlive its call in memory that the next owner, or a thief of the whole memory, reads.
// For the program alone; it takes the place of the libraries' functions when it is linked in.
//
// The memory itself is jemalloc's: a call to gRPC frees a block of some 12 KB, which the C
// library's own allocator does not keep at hand. See docs/adr/0015-jemalloc-that-overwrites.md for
// the figures.

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define KEYWARD_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define KEYWARD_SANITIZED 1
#endif
#endif

#ifndef KEYWARD_SANITIZED

#include <errno.h>
#include <jemalloc/jemalloc.h>
#include <stdlib.h>
#include <string.h>

#include <cstddef>
#include <new>

extern "C" {

void free(void* block) {
  if (block == nullptr) return;
  const int error = errno;
  const size_t size = sallocx(block, 0);
  explicit_bzero(block, size);
  sdallocx(block, size, 0);
  errno = error;
}

// jemalloc would move a block without overwriting the old one.
void* realloc(void* block, size_t size) {
  if (block == nullptr) return malloc(size);
  if (size == 0) {
    free(block);
    return nullptr;
  }
  const size_t old_size = sallocx(block, 0);
  if (size <= old_size && size >= old_size / 2) return block;
  void* const moved = malloc(size);
  if (moved == nullptr) return nullptr;
  memcpy(moved, block, size < old_size ? size : old_size);
  free(block);
  return moved;
}

}  // extern "C"

// jemalloc has these too, and they do not call free().
void operator delete(void* block) noexcept { free(block); }
void operator delete[](void* block) noexcept { free(block); }
void operator delete(void* block, const std::nothrow_t&) noexcept { free(block); }
void operator delete[](void* block, const std::nothrow_t&) noexcept { free(block); }
void operator delete(void* block, size_t) noexcept { free(block); }
void operator delete[](void* block, size_t) noexcept { free(block); }
void operator delete(void* block, std::align_val_t) noexcept { free(block); }
void operator delete[](void* block, std::align_val_t) noexcept { free(block); }
void operator delete(void* block, std::align_val_t, const std::nothrow_t&) noexcept { free(block); }
void operator delete[](void* block, std::align_val_t, const std::nothrow_t&) noexcept {
  free(block);
}
void operator delete(void* block, size_t, std::align_val_t) noexcept { free(block); }
void operator delete[](void* block, size_t, std::align_val_t) noexcept { free(block); }

#endif
