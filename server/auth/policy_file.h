#ifndef KEYWARD_SERVER_AUTH_POLICY_FILE_H_
#define KEYWARD_SERVER_AUTH_POLICY_FILE_H_

#include <sys/stat.h>

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/auth/policy.h"

namespace keyward::auth {

inline constexpr size_t kMaxPolicyBytes = size_t{4} << 20;

// The policy in a file, and whether the file has changed since. Errors are one line for the
// operator that begins with the path; where the text is wrong, with "PATH:LINE:COLUMN: ". Not
// thread-safe.
//
// Best replaced by a rename, or by a symbolic link's: a file that is written in place may be read
// half written, and is then refused, or, where its front is a policy, holds until the next look.
class PolicyFile {
 public:
  static absl::StatusOr<PolicyFile> Open(std::string path);

  // What the file held when it was opened.
  const Policy& first() const { return first_; }
  const std::string& path() const { return path_; }

  // Looks again: nullopt where there is nothing new; the new policy; or why what is there now is
  // none, once for each new cause. What is there again as it was last read is nothing new.
  // `now`: the time of day.
  std::optional<absl::StatusOr<Policy>> Look(absl::Time now);

 private:
  PolicyFile(std::string path, Policy first) : path_(std::move(path)), first_(std::move(first)) {}

  bool IsAsLastRead(absl::Time now) const;

  std::string path_;
  Policy first_;
  // Of the file as last read.
  struct stat stamp_ = {};
  std::string text_;
  // What was last said to be wrong with reading it; empty where it was read.
  std::string trouble_;
};

}  // namespace keyward::auth

#endif  // KEYWARD_SERVER_AUTH_POLICY_FILE_H_
