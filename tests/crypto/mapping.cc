#include "tests/crypto/mapping.h"

#include <cstdint>
#include <cstdio>
#include <fstream>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define KEYWARD_SANITIZED 1
#endif
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define KEYWARD_SANITIZED 1
#endif

namespace keyward::crypto {

std::string MappingFlags(const void* address) {
  const auto wanted = reinterpret_cast<uintptr_t>(address);
  std::ifstream smaps("/proc/self/smaps");
  bool inside = false;
  for (std::string line; std::getline(smaps, line);) {
    unsigned long begin = 0;
    unsigned long end = 0;
    if (std::sscanf(line.c_str(), "%lx-%lx ", &begin, &end) == 2) {
      inside = begin <= wanted && wanted < end;
    } else if (inside && line.starts_with("VmFlags:")) {
      return line.substr(8) + ' ';
    }
  }
  return "";
}

bool MlockWorks() {
#ifdef KEYWARD_SANITIZED
  return false;
#else
  return true;
#endif
}

}  // namespace keyward::crypto
