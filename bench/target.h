#ifndef KEYWARD_BENCH_TARGET_H_
#define KEYWARD_BENCH_TARGET_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace keyward::bench {

// A server to be measured.
struct Target {
  enum class Kind { kKeyward, kEcho };

  std::string name;
  std::string address;  // HOST:PORT or unix:/path
  Kind kind = Kind::kKeyward;
  std::string method;  // of an echo server: every call goes there
  int pid = 0;         // its process, whose memory and CPU time are told; 0: unknown
  std::string tokens;  // file of `fill --tokens`; empty: the tokens are asked for
};

// Reads "NAME=ADDRESS[,pid=PID][,method=/package.Service/Method][,tokens=FILE]". With a method the
// target is an echo server.
absl::StatusOr<Target> ParseTarget(std::string_view text);

}  // namespace keyward::bench

#endif  // KEYWARD_BENCH_TARGET_H_
