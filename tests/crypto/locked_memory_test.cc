#include "server/crypto/locked_memory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "tests/crypto/mapping.h"

namespace keyward::crypto {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr size_t kLarge = 4 * 65536;  // whole pages, whatever a page's size is

bool AllZero(const void* block, size_t size) {
  const char* bytes = static_cast<const char*>(block);
  return std::all_of(bytes, bytes + size, [](char byte) { return byte == 0; });
}

// Lowers the limit on locked memory for this process and gives up the right to pass it.
void LimitLockedMemory(size_t bytes) {
  const rlimit limit = {bytes, bytes};
  __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct none[2] = {};
  if (setrlimit(RLIMIT_MEMLOCK, &limit) != 0 || syscall(SYS_capset, &header, none) != 0) {
    std::perror("limiting locked memory");
    std::exit(2);
  }
}

TEST(LockedMemoryTest, GivesZeroedAlignedBlocksThatDoNotOverlap) {
  LockedMemory memory;
  std::set<uintptr_t> blocks;
  for (int i = 0; i < 600; ++i) {  // more than two regions hold
    void* block = memory.Allocate(1 + i % LockedMemory::kSlotBytes);
    EXPECT_TRUE(AllZero(block, LockedMemory::kSlotBytes));
    EXPECT_EQ(reinterpret_cast<uintptr_t>(block) % LockedMemory::kSlotBytes, 0);
    std::memset(block, 0xff, LockedMemory::kSlotBytes);
    EXPECT_TRUE(blocks.insert(reinterpret_cast<uintptr_t>(block)).second);
  }
}

TEST(LockedMemoryTest, WipesABlockThatIsFreedAndGivesItAgain) {
  LockedMemory memory;
  void* block = memory.Allocate(40);
  std::memset(block, 0xff, 40);
  memory.Free(block, 40);
  EXPECT_TRUE(AllZero(block, 40));
  EXPECT_EQ(memory.Allocate(64), block);
}

TEST(LockedMemoryTest, LargeBlocksAreLockedWholeAndUnmappedWhenFreed) {
  LockedMemory memory;
  char* block = static_cast<char*>(memory.Allocate(kLarge));
  EXPECT_TRUE(AllZero(block, kLarge));
  for (const char* at : {block, block + kLarge - 1}) {
    EXPECT_THAT(MappingFlags(at), HasSubstr(" dd "));
    if (MlockWorks()) {
      EXPECT_THAT(MappingFlags(at), HasSubstr(" lo "));
    }
  }
  memory.Free(block, kLarge);
  EXPECT_THAT(MappingFlags(block), Not(HasSubstr(" dd ")));
}

TEST(LockedMemoryDeathTest, WritingPastALargeBlockEndsTheProgram) {
  LockedMemory memory;
  volatile char* block = static_cast<char*>(memory.Allocate(kLarge));
  block[0] = 1;
  block[kLarge - 1] = 1;
  EXPECT_DEATH(block[kLarge] = 1, "");
  EXPECT_DEATH(block[-1] = 1, "");
}

TEST(LockedMemoryDeathTest, RunningOutOfARegionOfSmallBlocksEndsTheProgram) {
  LockedMemory memory;
  // The blocks of a fresh region, in any order: its first and its last lie beside the guard pages.
  std::vector<char*> blocks;
  for (int i = 0; i < 256; ++i) blocks.push_back(static_cast<char*>(memory.Allocate(1)));
  const auto [first, last] = std::minmax_element(blocks.begin(), blocks.end());
  volatile char* begin = *first;
  volatile char* end = *last + LockedMemory::kSlotBytes;
  ASSERT_EQ(end - begin, 256 * static_cast<ptrdiff_t>(LockedMemory::kSlotBytes));
  EXPECT_DEATH(begin[-1] = 1, "");
  EXPECT_DEATH(end[0] = 1, "");
}

TEST(LockedMemoryTest, IsSecretWhereTheKernelHasSecretMemory) {
#ifdef SYS_memfd_secret
  const int file = static_cast<int>(syscall(SYS_memfd_secret, 0));
  if (file < 0) GTEST_SKIP() << "memfd_secret: " << std::strerror(errno);
  close(file);
  LockedMemory memory;
  char* const block = static_cast<char*>(memory.Allocate(kLarge));
  EXPECT_EQ(memory.secret_bytes(), kLarge);
  block[kLarge - 1] = 1;
  memory.Free(block, kLarge);
#else
  GTEST_SKIP() << "the C library does not know of it";
#endif
}

TEST(LockedMemoryTest, ReportsNothingUnlockedWithinTheLimit) {
  LockedMemory memory;
  memory.Allocate(1);
  EXPECT_EQ(memory.unlocked_bytes(), 0);
}

TEST(LockedMemoryDeathTest, GoesOnUnlockedAndSaysHowMuchWhereTheLimitIsReached) {
  if (!MlockWorks()) {
    std::puts("not run: a sanitizer's runtime replaces mlock");
    return;
  }
  // A forked child starts without locked memory of its parent's.
  EXPECT_EXIT(
      {
        LimitLockedMemory(kLarge);
        LockedMemory memory;
        const char* fits = static_cast<char*>(memory.Allocate(kLarge));
        const bool locked = memory.unlocked_bytes() == 0;
        char* beyond = static_cast<char*>(memory.Allocate(2 * kLarge));
        beyond[2 * kLarge - 1] = 1;
        const bool told = memory.unlocked_bytes() == 2 * kLarge;
        const bool dumped = MappingFlags(beyond).find(" dd ") == std::string::npos;
        const bool flags = MappingFlags(fits).find(" lo ") != std::string::npos &&
                           MappingFlags(beyond).find(" lo ") == std::string::npos;
        std::exit(locked && told && flags && !dumped ? 0 : 1);
      },
      ::testing::ExitedWithCode(0), "");
}

TEST(LockedMemoryTest, ThreadsNeverShareABlock) {
  LockedMemory memory;
  std::vector<std::thread> threads;
  std::vector<int> clashes(4, 0);
  for (size_t t = 0; t < clashes.size(); ++t) {
    threads.emplace_back([&memory, &clash = clashes[t], mark = static_cast<int>(t + 1)] {
      for (int round = 0; round < 2000; ++round) {
        const size_t size = round % 100 == 0 ? kLarge : LockedMemory::kSlotBytes;
        char* block = static_cast<char*>(memory.Allocate(size));
        clash += AllZero(block, size) ? 0 : 1;
        std::memset(block, mark, size);
        clash += std::count(block, block + size, mark) == static_cast<ptrdiff_t>(size) ? 0 : 1;
        memory.Free(block, size);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(clashes, ::testing::Each(0));
}

}  // namespace
}  // namespace keyward::crypto
