#include "server/system_calls.h"

#include <sched.h>
#include <seccomp.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "absl/strings/str_cat.h"

namespace keyward {
namespace {

// By name, since not every architecture has each.
constexpr const char* kNeeded[] = {
    // files: databases, logs, certificates, /proc
    "open", "openat", "close", "read", "write", "readv", "writev", "pread64", "pwrite64", "preadv",
    "pwritev", "lseek", "fsync", "fdatasync", "sync_file_range", "ftruncate", "fallocate",
    "fadvise64", "stat", "fstat", "lstat", "newfstatat", "statx", "statfs", "fstatfs", "access",
    "faccessat", "faccessat2", "readlink", "readlinkat", "getcwd", "getdents64", "unlink",
    "unlinkat", "rename", "renameat", "renameat2", "link", "linkat", "chmod", "fchmod", "fchmodat",
    "fchown", "umask", "flock", "fcntl", "ioctl", "dup", "dup3", "pipe2",
    // memory
    "brk", "mmap", "munmap", "mremap", "mprotect", "madvise", "mincore", "mlock", "mlock2",
    "munlock", "memfd_create", "memfd_secret", "membarrier",
    // threads and signals; clone has a rule of its own
    "futex", "set_robust_list", "get_robust_list", "rseq", "set_tid_address", "gettid", "tgkill",
    "exit", "exit_group", "sched_yield", "sched_getaffinity", "sched_setaffinity", "sched_getparam",
    "sched_getscheduler", "sched_setscheduler", "getcpu", "arch_prctl", "prctl", "rt_sigaction",
    "rt_sigprocmask", "rt_sigreturn", "rt_sigtimedwait", "rt_sigsuspend", "sigaltstack",
    "restart_syscall",
    // time
    "clock_gettime", "clock_getres", "clock_nanosleep", "nanosleep", "gettimeofday", "time",
    "timerfd_create", "timerfd_settime",
    // sockets; socket has a rule of its own
    "socketpair", "bind", "listen", "accept", "accept4", "connect", "getsockname", "getpeername",
    "sendto", "recvfrom", "sendmsg", "recvmsg", "sendmmsg", "recvmmsg", "setsockopt", "getsockopt",
    "shutdown", "epoll_create", "epoll_create1", "epoll_ctl", "epoll_wait", "epoll_pwait",
    "epoll_pwait2", "poll", "ppoll", "select", "pselect6", "eventfd2",
    // about itself
    "getrandom", "getpid", "getppid", "getuid", "geteuid", "getgid", "getegid", "getrusage",
    "getrlimit", "setrlimit", "prlimit64", "uname", "sysinfo", "times"};

// The name service asks the kernel for its addresses by netlink.
constexpr unsigned kSocketFamilies[] = {AF_UNIX, AF_INET, AF_INET6, AF_NETLINK};

using Filter = std::unique_ptr<void, decltype(&seccomp_release)>;

// 0, or a negative error number.
int Allow(const Filter& filter, const char* name) {
  const int number = seccomp_syscall_resolve_name(name);
  if (number == __NR_SCMP_ERROR) return 0;
  const int error = seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, number, 0);
  return error == -EDOM ? 0 : error;  // not on this architecture
}

int AddRules(const Filter& filter) {
  for (const char* name : kNeeded) {
    if (const int error = Allow(filter, name); error != 0) return error;
  }
  for (const unsigned family : kSocketFamilies) {
    const int error = seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, SCMP_SYS(socket), 1,
                                       SCMP_A0(SCMP_CMP_EQ, family));
    if (error != 0) return error;
  }
  // Threads, but no processes. clone3 hides its flags from a filter; without it the C library uses
  // clone.
  return seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
                          SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));
}

int Load(const Filter& filter) {
  if (const int error = seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_TSYNC, 1); error != 0) {
    return error;
  }
  return seccomp_load(filter.get());
}

}  // namespace

absl::Status RestrictSystemCalls() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return absl::OkStatus();  // their runtimes fork and trace
#endif
  const Filter filter(seccomp_init(SCMP_ACT_ERRNO(ENOSYS)), seccomp_release);
  int error = filter == nullptr ? -ENOMEM : AddRules(filter);
  if (error == 0) error = Load(filter);
  if (error == 0) return absl::OkStatus();
  return absl::UnavailableError(
      absl::StrCat("the kernel takes no filter for system calls: ", std::strerror(-error)));
}

}  // namespace keyward
