#ifndef KEYWARD_TESTS_TESTING_CHANCE_H_
#define KEYWARD_TESTS_TESTING_CHANCE_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace keyward::testing {

// What random cases are made of. The same seed gives the same cases, on every machine.
class Chance {
 public:
  explicit Chance(uint32_t seed) : engine_(seed) {}

  // From 0 to `limit` - 1. The standard's distributions differ from library to library.
  size_t Below(size_t limit) { return engine_() % limit; }
  bool OneIn(size_t n) { return Below(n) == 0; }
  template <typename T>
  const T& OneOf(const std::vector<T>& values) {
    return values[Below(values.size())];
  }
  std::string Bytes(size_t size) {
    std::string bytes(size, '\0');
    for (char& byte : bytes) byte = static_cast<char>(engine_());
    return bytes;
  }
  std::string Word(std::string_view alphabet, size_t size) {
    std::string word(size, '\0');
    for (char& byte : word) byte = alphabet[Below(alphabet.size())];
    return word;
  }
  // Mostly a small size; now and then one up to `limit`, or `limit` itself.
  size_t Size(size_t limit) {
    if (OneIn(40)) return limit;
    return OneIn(8) ? Below(limit + 1) : Below(std::min<size_t>(limit, 70) + 1);
  }

 private:
  std::mt19937 engine_;
};

// A test of random cases. They follow from one seed: a fixed one, or KEYWARD_TEST_SEED, by which a
// failure that another seed met is repeated. What fails names it.
class PropertyTest : public ::testing::Test {
 protected:
  PropertyTest() : trace_(__FILE__, __LINE__, Message()) {}

  static uint32_t Seed() {
    const char* text = std::getenv("KEYWARD_TEST_SEED");
    constexpr uint32_t kFixed = 20'260'131;
    return text == nullptr ? kFixed : static_cast<uint32_t>(std::strtoul(text, nullptr, 10));
  }

  Chance chance_{Seed()};

 private:
  static std::string Message() {
    std::ostringstream text;
    text << "KEYWARD_TEST_SEED=" << Seed() << " repeats it";
    return text.str();
  }

  const ::testing::ScopedTrace trace_;
};

}  // namespace keyward::testing

#endif  // KEYWARD_TESTS_TESTING_CHANCE_H_
