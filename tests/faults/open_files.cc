#include "tests/faults/open_files.h"

#include <array>
#include <atomic>
#include <cstring>

#include "tests/faults/plan.h"

namespace keyward::faults {
namespace {

constexpr int kDescriptors = 1 << 16;

// The file's number and one; 0: none of ours.
std::array<std::atomic<unsigned char>, kDescriptors> files;

bool EndsWith(const char* path, const char* name) {
  const size_t path_size = std::strlen(path);
  const size_t name_size = strnlen(name, kNameSize);
  return name_size > 0 && name_size <= path_size &&
         std::memcmp(path + path_size - name_size, name, name_size) == 0;
}

}  // namespace

int FileOfPath(const char* path) {
  const Plan* plan = CurrentPlan();
  if (plan == nullptr || path == nullptr) return kNoFile;
  for (int file = 0; file < kFiles; ++file) {
    if (EndsWith(path, plan->names[file])) return file;
  }
  return kNoFile;
}

int FileOf(int descriptor) {
  if (descriptor < 0 || descriptor >= kDescriptors) return kNoFile;
  return files[static_cast<size_t>(descriptor)].load(std::memory_order_relaxed) - 1;
}

void Remember(int descriptor, int file) {
  if (descriptor < 0 || descriptor >= kDescriptors) return;
  files[static_cast<size_t>(descriptor)].store(static_cast<unsigned char>(file + 1),
                                               std::memory_order_relaxed);
}

void Forget(int descriptor) { Remember(descriptor, kNoFile); }

}  // namespace keyward::faults
