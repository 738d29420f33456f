// The VFS of page_remnants.h: https://www.sqlite.org/vfs.html, a shim.
#include <sqlite3.h>
#include <unistd.h>

#include <cstdlib>
#include <new>
#include <string>
#include <string_view>

#include "server/store/page_remnants.h"

namespace keyward::store {
namespace {

struct File {
  sqlite3_file base;
  sqlite3_file* real;  // its size is the default VFS' affair, and so on the heap
  bool is_database;
  const char* name;  // SQLite's own, as long as the file is open
};

File* Of(sqlite3_file* file) { return reinterpret_cast<File*>(file); }

bool IsWholePage(int size, sqlite3_int64 offset) {
  constexpr int kSmallestPage = 512;
  return size >= kSmallestPage && (size & (size - 1)) == 0 && offset % size == 0;
}

int Write(sqlite3_file* file, const void* from, int size, sqlite3_int64 offset) {
  sqlite3_file* real = Of(file)->real;
  if (Of(file)->is_database && IsWholePage(size, offset)) {
    const std::string_view page(static_cast<const char*>(from), static_cast<size_t>(size));
    if (const auto part = RemnantsIn(page, offset == 0); part.has_value()) {
      std::string clean(page);
      clean.replace(part->offset, part->size, part->size, '\0');
      return real->pMethods->xWrite(real, clean.data(), size, offset);
    }
  }
  return real->pMethods->xWrite(real, from, size, offset);
}

int Close(sqlite3_file* file) {
  sqlite3_file* real = Of(file)->real;
  const int code = real->pMethods == nullptr ? SQLITE_OK : real->pMethods->xClose(real);
  std::free(real);
  return code;
}

// The method of the real file, as it is.
template <auto kMethod, typename... Arguments>
auto Forward(sqlite3_file* file, Arguments... arguments) {
  sqlite3_file* real = Of(file)->real;
  return (real->pMethods->*kMethod)(real, arguments...);
}

// SQLite opens the log's index for reading alone where it cannot open it for writing, also where
// that was for want of a descriptor; then it stays so for all connections of the process, each with
// an index of its own in memory. After a failed sync keys were lost that way (seen by fault
// injection): an index that may be written to is opened for that, or not at all.
int MapIndex(sqlite3_file* file, int region, int size, int extend, void volatile** into) {
  sqlite3_file* real = Of(file)->real;
  const int code = real->pMethods->xShmMap(real, region, size, extend, into);
  if (code != SQLITE_READONLY && code != SQLITE_READONLY_CANTINIT) return code;
  const std::string index = std::string(Of(file)->name) + "-shm";
  return access(index.c_str(), W_OK) == 0 ? SQLITE_CANTOPEN : code;
}

using M = sqlite3_io_methods;
const sqlite3_io_methods kMethods = {
    .iVersion = 2,
    .xClose = Close,
    .xRead = Forward<&M::xRead, void*, int, sqlite3_int64>,
    .xWrite = Write,
    .xTruncate = Forward<&M::xTruncate, sqlite3_int64>,
    .xSync = Forward<&M::xSync, int>,
    .xFileSize = Forward<&M::xFileSize, sqlite3_int64*>,
    .xLock = Forward<&M::xLock, int>,
    .xUnlock = Forward<&M::xUnlock, int>,
    .xCheckReservedLock = Forward<&M::xCheckReservedLock, int*>,
    .xFileControl = Forward<&M::xFileControl, int, void*>,
    .xSectorSize = Forward<&M::xSectorSize>,
    .xDeviceCharacteristics = Forward<&M::xDeviceCharacteristics>,
    .xShmMap = MapIndex,
    .xShmLock = Forward<&M::xShmLock, int, int, int>,
    .xShmBarrier = Forward<&M::xShmBarrier>,
    .xShmUnmap = Forward<&M::xShmUnmap, int>,
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

int Open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  sqlite3_vfs* real_vfs = sqlite3_vfs_find(nullptr);
  auto* real = static_cast<sqlite3_file*>(std::calloc(1, static_cast<size_t>(real_vfs->szOsFile)));
  if (real == nullptr) return SQLITE_NOMEM;
  new (file) File{{&kMethods}, real, (flags & SQLITE_OPEN_MAIN_DB) != 0, name};
  const int code = real_vfs->xOpen(real_vfs, name, real, flags, out_flags);
  if (code == SQLITE_OK) return code;
  Close(file);
  Of(file)->base.pMethods = nullptr;
  return code;
}

sqlite3_vfs* Register() {
  static sqlite3_vfs vfs = *sqlite3_vfs_find(nullptr);
  vfs.zName = "keyward";
  vfs.szOsFile = static_cast<int>(sizeof(File));
  vfs.pNext = nullptr;
  vfs.xOpen = Open;
  sqlite3_vfs_register(&vfs, /*makeDflt=*/0);
  return &vfs;
}

}  // namespace

const char* RemnantFreeVfs() {
  static const sqlite3_vfs* const vfs = Register();
  return vfs->zName;
}

}  // namespace keyward::store
