// malloc, which fails where the plan says so and SQLite is the one who asks: gRPC and the C++
// runtime end a process that gets no memory, and cannot be asked to do anything else.

#include <link.h>

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "tests/faults/plan.h"

// jemalloc's malloc under another name: the server frees by jemalloc, which must have allocated.
// (Found by name, dlsym would allocate.) A program without it, such as a shell that starts the
// server, has the C library's.
extern "C" [[gnu::weak]] void* mallocx(size_t size, int flags);
extern "C" void* __libc_malloc(size_t size);

namespace keyward::faults {
namespace {

struct Range {
  uintptr_t begin = 0;
  uintptr_t end = 0;
};

int FindSqlite(dl_phdr_info* library, size_t, void* found) {
  if (std::strstr(library->dlpi_name, "libsqlite3.so") == nullptr) return 0;
  for (int i = 0; i < library->dlpi_phnum; ++i) {
    const ElfW(Phdr)& segment = library->dlpi_phdr[i];
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_X) == 0) continue;
    auto* range = static_cast<Range*>(found);
    range->begin = library->dlpi_addr + segment.p_vaddr;
    range->end = range->begin + segment.p_memsz;
  }
  return 1;
}

Range sqlite;

__attribute__((constructor)) void RememberSqlite() { dl_iterate_phdr(FindSqlite, &sqlite); }

bool IsSqlite(const void* caller) {
  const auto address = reinterpret_cast<uintptr_t>(caller);
  return address >= sqlite.begin && address < sqlite.end;
}

}  // namespace
}  // namespace keyward::faults

extern "C" void* malloc(size_t size) {
  using namespace keyward::faults;
  if (IsSqlite(__builtin_return_address(0)) && Decide(kAllocate, 0) == Effect::kFail)
    return nullptr;
  return mallocx == nullptr ? __libc_malloc(size) : mallocx(std::max<size_t>(size, 1), 0);
}
