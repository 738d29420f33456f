// The C library's calls on files, which this library stands before: those on files that the plan
// names pass, fail, do half, or end the process, as the plan says.

#include <fcntl.h>
#include <sys/types.h>
#include <unistd.h>

#include <cstdarg>
#include <cstddef>

#include "tests/faults/disk.h"
#include "tests/faults/open_files.h"
#include "tests/faults/plan.h"
#include "tests/faults/real_call.h"

namespace keyward::faults {
namespace {

// Makes the call unless it is to fail, and ends the process where that is due afterwards.
template <typename Make>
auto Pass(Call call, int file, Make make) -> decltype(make()) {
  if (file == kNoFile) return make();
  const Effect effect = Decide(call, file);
  if (effect == Effect::kFail) return -1;
  const auto result = make();
  if (effect == Effect::kKillHalfway || effect == Effect::kKillAfter) Die();
  return result;
}

// `make` is given how many bytes to read or write.
template <typename Make>
ssize_t PassBytes(Call call, int descriptor, size_t size, Make make) {
  const int file = FileOf(descriptor);
  if (file == kNoFile) return make(size);
  const Effect effect = Decide(call, file);
  if (effect == Effect::kFail) return -1;
  const bool half = effect == Effect::kShort || effect == Effect::kKillHalfway;
  const ssize_t result = make(half ? (size + 1) / 2 : size);
  if (effect == Effect::kKillHalfway || effect == Effect::kKillAfter) Die();
  return result;
}

template <typename Make>
int Open(const char* path, Make make) {
  const int file = FileOfPath(path);
  const int descriptor = Pass(kOpen, file, make);
  if (descriptor >= 0 && file != kNoFile) Remember(descriptor, file);
  return descriptor;
}

ssize_t WriteAt(int descriptor, const void* from, size_t size, off_t offset) {
  static auto* const real = RealCall<ssize_t(int, const void*, size_t, off_t)>("pwrite64");
  return PassBytes(kWrite, descriptor, size, [&](size_t part) {
    NoteWrite(FileOf(descriptor), offset, part);
    return real(descriptor, from, part, offset);
  });
}

ssize_t ReadAt(int descriptor, void* to, size_t size, off_t offset) {
  static auto* const real = RealCall<ssize_t(int, void*, size_t, off_t)>("pread64");
  return PassBytes(kRead, descriptor, size,
                   [&](size_t part) { return real(descriptor, to, part, offset); });
}

int Sync(int descriptor, int (*real)(int)) {
  const int file = FileOf(descriptor);
  bool made = false;
  const int result = Pass(kSync, file, [&] {
    made = true;
    const int synced = real(descriptor);
    if (synced == 0) NoteSync(file, descriptor);
    return synced;
  });
  if (!made) NoteFailedSync(file);
  return result;
}

int Truncate(int descriptor, off_t size) {
  static auto* const real = RealCall<int(int, off_t)>("ftruncate64");
  const int file = FileOf(descriptor);
  return Pass(kTruncate, file, [&] {
    const int result = real(descriptor, size);
    if (result == 0) NoteTruncate(file, size);
    return result;
  });
}

mode_t ModeOf(int flags, va_list arguments) {
  return (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(arguments, mode_t) : 0;
}

}  // namespace
}  // namespace keyward::faults

using namespace keyward::faults;

extern "C" {

#define KEYWARD_OPEN(name)                                                 \
  int name(const char* path, int flags, ...) {                             \
    static auto* const real = RealCall<int(const char*, int, ...)>(#name); \
    va_list arguments;                                                     \
    va_start(arguments, flags);                                            \
    const mode_t mode = ModeOf(flags, arguments);                          \
    va_end(arguments);                                                     \
    return Open(path, [&] { return real(path, flags, mode); });            \
  }
KEYWARD_OPEN(open)
KEYWARD_OPEN(open64)
#undef KEYWARD_OPEN

int close(int descriptor) {
  static auto* const real = RealCall<int(int)>("close");
  Forget(descriptor);
  return real(descriptor);
}

ssize_t read(int descriptor, void* to, size_t size) {
  static auto* const real = RealCall<ssize_t(int, void*, size_t)>("read");
  return PassBytes(kRead, descriptor, size,
                   [&](size_t part) { return real(descriptor, to, part); });
}

ssize_t write(int descriptor, const void* from, size_t size) {
  static auto* const real = RealCall<ssize_t(int, const void*, size_t)>("write");
  return PassBytes(kWrite, descriptor, size,
                   [&](size_t part) { return real(descriptor, from, part); });
}

ssize_t pread(int descriptor, void* to, size_t size, off_t offset) {
  return ReadAt(descriptor, to, size, offset);
}
ssize_t pread64(int descriptor, void* to, size_t size, off64_t offset) {
  return ReadAt(descriptor, to, size, offset);
}

ssize_t pwrite(int descriptor, const void* from, size_t size, off_t offset) {
  return WriteAt(descriptor, from, size, offset);
}
ssize_t pwrite64(int descriptor, const void* from, size_t size, off64_t offset) {
  return WriteAt(descriptor, from, size, offset);
}

int fsync(int descriptor) { return Sync(descriptor, RealCall<int(int)>("fsync")); }
int fdatasync(int descriptor) { return Sync(descriptor, RealCall<int(int)>("fdatasync")); }

int ftruncate(int descriptor, off_t size) noexcept { return Truncate(descriptor, size); }
int ftruncate64(int descriptor, off64_t size) noexcept { return Truncate(descriptor, size); }

int unlink(const char* path) noexcept {
  static auto* const real = RealCall<int(const char*)>("unlink");
  const int file = FileOfPath(path);
  return Pass(kUnlink, file, [&] {
    const int result = real(path);
    if (result == 0) NoteUnlink(file);
    return result;
  });
}

}  // extern "C"
