#ifndef KEYWARD_BENCH_PLAINTEXT_H_
#define KEYWARD_BENCH_PLAINTEXT_H_

#include <cstddef>
#include <string>

namespace keyward::bench {

// What is sealed in every benchmark: text as an API key has it, of the size asked for.
inline std::string Plaintext(size_t size) {
  std::string text;
  while (text.size() < size) text += "sk-bench-0123456789abcdefghijklm";
  text.resize(size);
  return text;
}

}  // namespace keyward::bench

#endif  // KEYWARD_BENCH_PLAINTEXT_H_
