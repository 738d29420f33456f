#ifndef KEYWARD_BENCH_USER_IDS_H_
#define KEYWARD_BENCH_USER_IDS_H_

#include <cstdint>
#include <string>

namespace keyward::bench {

// User ids as many systems have them: decimal numbers that say nothing of the order in which the
// users came. Equal numbers give equal ids in every program and run.

// A permutation of the numbers below 2^bits that leaves neighbours far apart.
constexpr uint64_t Scatter(uint64_t number, int bits) {
  const uint64_t mask = (uint64_t{1} << bits) - 1;
  number = (number * 0x9E3779B97F4A7C15) & mask;
  number ^= number >> (bits / 2);
  return (number * 0xD1342543DE82EF95) & mask;
}

constexpr int kUserBits = 32;
constexpr int kNewUserBits = 40;

// The id of user `index`, below 2^32, of those that `fill` stores and `load` asks for.
inline std::string UserId(uint64_t index) { return std::to_string(Scatter(index, kUserBits)); }

// The id of a user whom nobody has seen: no UserId is the same. A run starts at a random `number`,
// so that the next run on the same database meets new users too.
inline std::string NewUserId(uint64_t number) {
  return std::to_string((uint64_t{1} << kUserBits) +
                        Scatter(number & ((uint64_t{1} << kNewUserBits) - 1), kNewUserBits));
}

}  // namespace keyward::bench

#endif  // KEYWARD_BENCH_USER_IDS_H_
