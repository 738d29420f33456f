#ifndef KEYWARD_TESTS_CRYPTO_SHAKE128_H_
#define KEYWARD_TESTS_CRYPTO_SHAKE128_H_

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace keyward::crypto {

// SHAKE128 (FIPS 202): absorbs what is added, then gives any number of bytes.
class Shake128 {
 public:
  void Add(std::string_view data) {
    for (const char byte : data) {
      Xor(place_, static_cast<uint8_t>(byte));
      Step();
    }
  }

  std::string Take(size_t size) {
    if (!squeezing_) Finish();
    std::string bytes(size, '\0');
    for (char& byte : bytes) {
      byte = static_cast<char>(lanes_[place_ / 8] >> place_ % 8 * 8);
      Step();
    }
    return bytes;
  }

 private:
  static constexpr size_t kRate = 168;

  void Xor(size_t place, uint8_t byte) { lanes_[place / 8] ^= uint64_t{byte} << place % 8 * 8; }

  void Step() {
    if (++place_ < kRate) return;
    place_ = 0;
    Permute();
  }

  void Finish() {
    Xor(place_, 0x1f);
    Xor(kRate - 1, 0x80);
    place_ = 0;
    squeezing_ = true;
    Permute();
  }

  // Keccak-f[1600], in the order of FIPS 202, section 3.2; the round constants come from its shift
  // register.
  void Permute() {
    uint8_t bits = 1;
    for (int round = 0; round < 24; ++round) {
      Theta();
      RhoAndPi();
      Chi();
      for (int j = 0; j < 7; ++j) {
        if (bits & 1) lanes_[0] ^= uint64_t{1} << ((1 << j) - 1);
        bits = static_cast<uint8_t>(bits << 1 ^ (bits >> 7) * 0x71);
      }
    }
  }

  void Theta() {
    std::array<uint64_t, 5> sums{};
    for (size_t i = 0; i < 25; ++i) sums[i % 5] ^= lanes_[i];
    for (size_t i = 0; i < 25; ++i) {
      lanes_[i] ^= sums[(i + 4) % 5] ^ std::rotl(sums[(i + 1) % 5], 1);
    }
  }

  void RhoAndPi() {
    uint64_t moved = lanes_[1];
    for (size_t t = 0, x = 1, y = 0; t < 24; ++t) {
      const size_t next = (2 * x + 3 * y) % 5;
      x = y;
      y = next;
      const uint64_t here = lanes_[x + 5 * y];
      lanes_[x + 5 * y] = std::rotl(moved, static_cast<int>((t + 1) * (t + 2) / 2 % 64));
      moved = here;
    }
  }

  void Chi() {
    for (size_t row = 0; row < 25; row += 5) {
      std::array<uint64_t, 5> old;
      for (size_t x = 0; x < 5; ++x) old[x] = lanes_[row + x];
      for (size_t x = 0; x < 5; ++x)
        lanes_[row + x] = old[x] ^ (~old[(x + 1) % 5] & old[(x + 2) % 5]);
    }
  }

  std::array<uint64_t, 25> lanes_{};
  size_t place_ = 0;
  bool squeezing_ = false;
};

}  // namespace keyward::crypto

#endif  // KEYWARD_TESTS_CRYPTO_SHAKE128_H_
