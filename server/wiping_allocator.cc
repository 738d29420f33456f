// Overwrites all heap memory of the process when it is freed, gRPC's and OpenSSL's too: a plaintext must not
// outlive its call in memory that the next owner, or a thief of the whole memory, reads. For the program
// alone; it takes the place of the C library's functions when it is linked in.
//
// glibc can do so itself (M_PERTURB), but only with its per-thread caches switched off, which costs more: see
// docs/THREAT_MODEL.md for both figures.

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define KEYWARD_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define KEYWARD_SANITIZED 1
#endif
#endif

#if !defined(KEYWARD_SANITIZED) && defined(__GLIBC__)

extern "C" {

void __libc_free(void* block);
void* __libc_realloc(void* block, size_t size);

void free(void* block) {
  if (block == nullptr) return;
  const int error = errno;
  explicit_bzero(block, malloc_usable_size(block));
  __libc_free(block);
  errno = error;
}

// The C library would move a block without overwriting the old one.
void* realloc(void* block, size_t size) {
  if (block == nullptr || size == 0) return __libc_realloc(block, size);
  const size_t old_size = malloc_usable_size(block);
  if (size <= old_size && size >= old_size / 2) return block;
  void* const moved = malloc(size);
  if (moved == nullptr) return nullptr;
  memcpy(moved, block, size < old_size ? size : old_size);
  free(block);
  return moved;
}

}  // extern "C"

#endif
