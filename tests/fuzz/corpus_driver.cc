// Runs a fuzz target over the files of a folder, and over each of them changed a little.

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include "tests/fuzz/fuzz_target.h"

namespace {

size_t runs = 0;

void Run(const std::string& input) {
  // An exact copy on the heap, so that a sanitizer sees a read past its end.
  const std::unique_ptr<uint8_t[]> copy(new uint8_t[input.size()]);
  std::copy(input.begin(), input.end(), copy.get());
  LLVMFuzzerTestOneInput(copy.get(), input.size());
  ++runs;
}

void RunWithChanges(const std::string& input) {
  Run(input);
  for (size_t place = 0; place < input.size(); ++place) {
    Run(input.substr(0, place));
    Run(input.substr(place));
    for (const char byte : {'\0', ' ', '=', ':', '9', 'A', '/', '\xff'}) {
      std::string changed = input;
      changed[place] = byte;
      Run(changed);
      changed.insert(place, 1, input[place]);
      Run(changed);
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  size_t files = 0;
  for (int i = 1; i < argc; ++i) {
    for (const auto& entry : std::filesystem::directory_iterator(argv[i])) {
      std::ifstream file(entry.path(), std::ios::binary);
      RunWithChanges({std::istreambuf_iterator<char>(file), {}});
      ++files;
    }
  }
  std::printf("%zu files, %zu runs\n", files, runs);
  return files > 0 ? 0 : 1;
}
