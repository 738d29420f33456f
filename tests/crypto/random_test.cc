#include "server/crypto/random.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace keyward::crypto {
namespace {

// Counts its draws and writes 0, 1, 2 ….
class CountingRandom : public Random {
 public:
  void Fill(absl::Span<uint8_t> out) override {
    ++draws;
    for (uint8_t& byte : out) byte = next++;
  }

  int draws = 0;
  uint8_t next = 0;
};

std::vector<uint8_t> Take(Random& random, size_t count) {
  std::vector<uint8_t> bytes(count);
  random.Fill(absl::MakeSpan(bytes));
  return bytes;
}

TEST(DrawnAheadTest, HandsOutWhatWasDrawnAtOnceInOrder) {
  CountingRandom source;
  DrawnAhead ahead(source, 5);
  EXPECT_EQ(Take(ahead, 2), (std::vector<uint8_t>{0, 1}));
  EXPECT_EQ(Take(ahead, 3), (std::vector<uint8_t>{2, 3, 4}));
  EXPECT_EQ(source.draws, 1);
}

TEST(DrawnAheadTest, DrawsAnewRatherThanRepeat) {
  CountingRandom source;
  DrawnAhead ahead(source, 3);
  EXPECT_EQ(Take(ahead, 2), (std::vector<uint8_t>{0, 1}));
  EXPECT_EQ(Take(ahead, 2), (std::vector<uint8_t>{3, 4}));
  EXPECT_EQ(Take(ahead, 1), (std::vector<uint8_t>{2}));
  EXPECT_EQ(Take(ahead, 1), (std::vector<uint8_t>{5}));
}

}  // namespace
}  // namespace keyward::crypto
