#ifndef KEYWARD_TESTS_FAULTS_PLAN_H_
#define KEYWARD_TESTS_FAULTS_PLAN_H_

#include <cstdint>

namespace keyward::faults {

// The control file, which the test and the process under test both map: the test changes it while
// the process runs. tests/e2e/harness/faults.py writes the same layout.

// What may be made to fail; a bit each.
enum Call : uint32_t {
  kOpen = 1,
  kRead = 2,
  kWrite = 4,
  kSync = 8,
  kTruncate = 16,
  kUnlink = 32,
  kAllocate = 64,  // malloc, where SQLite calls it
};

enum class Effect : uint32_t {
  kPass = 0,
  kFail = 1,         // the call does nothing and answers `error`
  kShort = 2,        // half of the bytes are read or written
  kKillBefore = 3,   // SIGKILL, as the call begins
  kKillHalfway = 4,  // half of the bytes are written, then SIGKILL
  kKillAfter = 5,    // the call is made, then SIGKILL
};

struct Rule {
  uint32_t calls;  // bits of Call; 0: the rule is off. Written last.
  uint32_t files;  // bits, by the number of a file's name below
  int32_t error;   // errno of kFail
  Effect effect;
  uint64_t skip;         // so many calls pass first
  uint64_t limit;        // then so many are hit at most
  uint64_t per_million;  // how many of them, by chance
  uint64_t seen;         // counts calls
  uint64_t hit;          // counts those that were hit
};

constexpr int kRules = 4;
constexpr int kFiles = 8;
constexpr int kNameSize = 64;

// See disk.h: how many files have an image, of how many pages.
constexpr int kImages = 2;
constexpr int64_t kPageSize = 4096;
constexpr int64_t kPages = int64_t{1} << 18;

struct Plan {
  uint64_t seed;
  int64_t clock_offset_ns;        // of CLOCK_REALTIME
  char names[kFiles][kNameSize];  // how the files' paths end; empty: none
  char disk[256];                 // folder of the images; empty: none are kept
  Rule rules[kRules];
  uint8_t dirty[kImages][kPages / 8];  // pages written and not yet synced, a bit each
};

// Null where the process runs without a plan.
Plan* CurrentPlan();

// What becomes of a call on the file of that number; kFail has set errno.
Effect Decide(Call call, int file);

// Ends the process as kill -9 does.
[[noreturn]] void Die();

}  // namespace keyward::faults

#endif  // KEYWARD_TESTS_FAULTS_PLAN_H_
