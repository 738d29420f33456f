#include "tests/faults/plan.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

namespace keyward::faults {
namespace {

Plan* plan = nullptr;

// System calls of its own: the functions' names are taken by this library.
__attribute__((constructor)) void MapPlan() {
  const char* path = getenv("KEYWARD_FAULTS");
  if (path == nullptr) return;
  const long file = syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC);
  if (file < 0) abort();
  void* mapped =
      mmap(nullptr, sizeof(Plan), PROT_READ | PROT_WRITE, MAP_SHARED, static_cast<int>(file), 0);
  syscall(SYS_close, file);
  if (mapped == MAP_FAILED) abort();
  plan = static_cast<Plan*>(mapped);
}

// splitmix64: which calls are hit follows from the seed and their numbers.
uint64_t Mix(uint64_t value) {
  value += 0x9E3779B97F4A7C15;
  value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
  value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
  return value ^ (value >> 31);
}

bool Hits(Rule& rule, Call call, int file) {
  const uint32_t calls = std::atomic_ref(rule.calls).load(std::memory_order_acquire);
  if ((calls & call) == 0 || (call != kAllocate && (rule.files >> file & 1) == 0)) return false;
  const uint64_t number = std::atomic_ref(rule.seen).fetch_add(1);
  if (number < rule.skip) return false;
  if (Mix(plan->seed ^ number) % 1'000'000 >= rule.per_million) return false;
  if (std::atomic_ref(rule.hit).fetch_add(1) < rule.limit) return true;
  std::atomic_ref(rule.hit).fetch_sub(1);
  return false;
}

}  // namespace

Plan* CurrentPlan() { return plan; }

Effect Decide(Call call, int file) {
  if (plan == nullptr) return Effect::kPass;
  for (Rule& rule : plan->rules) {
    if (!Hits(rule, call, file)) continue;
    if (rule.effect == Effect::kFail) errno = rule.error;
    if (rule.effect == Effect::kKillBefore) Die();
    return rule.effect;
  }
  return Effect::kPass;
}

// To the thread: the server's filter for system calls lets no kill() pass.
void Die() {
  syscall(SYS_tgkill, getpid(), syscall(SYS_gettid), SIGKILL);
  _exit(1);
}

}  // namespace keyward::faults
