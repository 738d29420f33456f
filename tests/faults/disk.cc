#include "tests/faults/disk.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "tests/faults/plan.h"
#include "tests/faults/real_call.h"

namespace keyward::faults {
namespace {

bool HasImage(int file) {
  const Plan* plan = CurrentPlan();
  return plan != nullptr && file >= 0 && file < kImages && plan->disk[0] != '\0';
}

std::string ImagePath(int file) {
  return std::string(CurrentPlan()->disk) + "/" + std::to_string(file);
}

// For the scope; empty where there is none yet.
class Image {
 public:
  explicit Image(int file) {
    static auto* const real_open = RealCall<int(const char*, int, ...)>("open64");
    descriptor_ = real_open(ImagePath(file).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor_ < 0) std::abort();
  }
  ~Image() {
    static auto* const real_close = RealCall<int(int)>("close");
    real_close(descriptor_);
  }
  Image(const Image&) = delete;
  Image& operator=(const Image&) = delete;

  void CopyPage(int from, int64_t page) const {
    static auto* const real_read = RealCall<ssize_t(int, void*, size_t, off_t)>("pread64");
    static auto* const real_write = RealCall<ssize_t(int, const void*, size_t, off_t)>("pwrite64");
    std::array<char, kPageSize> bytes;
    const ssize_t size = real_read(from, bytes.data(), bytes.size(), page * kPageSize);
    if (size < 0) std::abort();
    if (real_write(descriptor_, bytes.data(), static_cast<size_t>(size), page * kPageSize) !=
        size) {
      std::abort();
    }
  }
  void Truncate(off_t size) const {
    static auto* const real_truncate = RealCall<int(int, off_t)>("ftruncate64");
    if (real_truncate(descriptor_, size) != 0) std::abort();
  }

 private:
  int descriptor_;
};

// The byte of the plan that holds the page's bit.
uint8_t& Bits(int file, int64_t page) { return CurrentPlan()->dirty[file][page / 8]; }
uint8_t Bit(int64_t page) { return static_cast<uint8_t>(1 << (page % 8)); }

void ClearFrom(int file, int64_t first_page) {
  for (int64_t page = first_page; page < kPages; ++page) {
    if (page % 8 == 0) {
      std::memset(&Bits(file, page), 0, static_cast<size_t>((kPages - page) / 8));
      return;
    }
    Bits(file, page) &= static_cast<uint8_t>(~Bit(page));
  }
}

}  // namespace

void NoteWrite(int file, off_t offset, size_t size) {
  if (!HasImage(file) || size == 0) return;
  const int64_t last = (offset + static_cast<off_t>(size) - 1) / kPageSize;
  if (last >= kPages) std::abort();  // the test writes more than an image can hold
  for (int64_t page = offset / kPageSize; page <= last; ++page) Bits(file, page) |= Bit(page);
}

void NoteSync(int file, int descriptor) {
  if (!HasImage(file)) return;
  const Image image(file);
  for (int64_t page = 0; page < kPages; ++page) {
    if ((Bits(file, page) & Bit(page)) == 0) {
      if (Bits(file, page) == 0) page |= 7;  // none in this byte
      continue;
    }
    image.CopyPage(descriptor, page);
    Bits(file, page) &= static_cast<uint8_t>(~Bit(page));
  }
}

void NoteFailedSync(int file) {
  if (HasImage(file)) ClearFrom(file, 0);
}

void NoteTruncate(int file, off_t size) {
  if (!HasImage(file)) return;
  ClearFrom(file, (size + kPageSize - 1) / kPageSize);
  Image(file).Truncate(size);
}

void NoteUnlink(int file) {
  if (!HasImage(file)) return;
  static auto* const real_unlink = RealCall<int(const char*)>("unlink");
  ClearFrom(file, 0);
  real_unlink(ImagePath(file).c_str());
}

}  // namespace keyward::faults
