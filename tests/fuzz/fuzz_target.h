#ifndef KEYWARD_TESTS_FUZZ_FUZZ_TARGET_H_
#define KEYWARD_TESTS_FUZZ_FUZZ_TARGET_H_

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

// Takes any input; ends the program where the parser breaks a promise. libFuzzer's interface.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace keyward {

inline std::string_view AsText(const uint8_t* data, size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

inline void Promise(bool held, const char* what) {
  if (held) return;
  std::fprintf(stderr, "broken promise: %s\n", what);
  std::abort();
}

}  // namespace keyward

#endif  // KEYWARD_TESTS_FUZZ_FUZZ_TARGET_H_
