#include "server/system_calls.h"

#include <gtest/gtest.h>
#include <linux/bpf.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <string>
#include <thread>

namespace keyward {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kRestricted = false;
#else
constexpr bool kRestricted = true;
#endif

// Runs in a child, since it holds for good. Its exit status is 0 where `works` says true.
void InAChild(const std::function<bool()>& works) {
  EXPECT_EXIT(
      {
        const absl::Status status = RestrictSystemCalls();
        if (!status.ok()) std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
        std::_Exit(status.ok() && works() ? 0 : 1);
      },
      ::testing::ExitedWithCode(0), "");
}

bool IsRefused(long result) { return result == -1 && errno == ENOSYS; }

class SystemCallsDeathTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!kRestricted) GTEST_SKIP() << "a sanitizer's runtime needs more system calls";
  }
};

TEST_F(SystemCallsDeathTest, NoOtherProgramCanBeRun) {
  InAChild([] {
    char* const arguments[] = {nullptr};
    return IsRefused(execve("/bin/true", arguments, arguments));
  });
}

TEST_F(SystemCallsDeathTest, NoProcessCanBeMade) {
  InAChild([] {
    const pid_t child = fork();
    if (child == 0) std::_Exit(0);
    return IsRefused(child);
  });
}

TEST_F(SystemCallsDeathTest, NoProcessCanBeTracedOrRead) {
  InAChild([] {
    return IsRefused(ptrace(PTRACE_TRACEME, 0, nullptr, nullptr)) &&
           IsRefused(syscall(SYS_process_vm_readv, getpid(), nullptr, 0, nullptr, 0, 0));
  });
}

TEST_F(SystemCallsDeathTest, TheKernelTakesNoCodeAndNoKeys) {
  InAChild([] {
    return IsRefused(syscall(SYS_bpf, BPF_PROG_LOAD, nullptr, 0)) &&
           IsRefused(syscall(SYS_init_module, nullptr, 0, "")) &&
           IsRefused(syscall(SYS_keyctl, 0, 0, 0, 0, 0)) &&
           IsRefused(syscall(SYS_io_uring_setup, 1, nullptr));
  });
}

TEST_F(SystemCallsDeathTest, NoRawOrPacketSocketCanBeOpened) {
  InAChild([] {
    return IsRefused(socket(AF_PACKET, SOCK_RAW, 0)) &&
           IsRefused(socket(AF_VSOCK, SOCK_STREAM, 0)) && socket(AF_INET, SOCK_STREAM, 0) >= 0 &&
           socket(AF_UNIX, SOCK_STREAM, 0) >= 0;
  });
}

TEST_F(SystemCallsDeathTest, RightsCannotBeChanged) {
  InAChild([] {
    return IsRefused(syscall(SYS_setuid, 0)) && IsRefused(syscall(SYS_capset, nullptr, nullptr));
  });
}

TEST_F(SystemCallsDeathTest, ThreadsAndFilesWork) {
  InAChild([] {
    bool ran = false;
    std::thread([&ran] { ran = true; }).join();
    const std::string status = [] {
      std::ifstream file("/proc/self/status");
      return std::string(std::istreambuf_iterator<char>(file), {});
    }();
    return ran && status.find("Seccomp:\t2") != std::string::npos;
  });
}

}  // namespace
}  // namespace keyward
