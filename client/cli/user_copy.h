#ifndef KEYWARD_CLIENT_CLI_USER_COPY_H_
#define KEYWARD_CLIENT_CLI_USER_COPY_H_

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/store/key_store.h"

namespace keyward::cli {

// Brings all that a store holds into another, and then compares the two. Wrapped keys are copied as
// they are: no master key is needed. It may be run again where it broke off; who was changed in the
// other store since stays so, and is told of: a key that was destroyed there must not come back.
class UserCopy {
 public:
  struct Counts {
    std::uint64_t users = 0;
    std::uint64_t versions = 0;
    std::uint64_t copied = 0;  // users of them who were not there, or not as they should be
    std::uint64_t faults = 0;
  };
  // Who is not the same in both, and why: ROW_MALFORMED, ANOTHER_KEY, CHANGED_SINCE, NOT_AS_COPIED,
  // or NOT_IN_SOURCE.
  using OnFault = std::function<void(const std::string& user_id, std::string_view reason)>;
  // How many users there were so far.
  using OnProgress = std::function<void(std::string_view step, std::uint64_t users)>;

  // All must outlive it.
  UserCopy(store::KeyStore& from, store::KeyStore& to, OnFault on_fault, OnProgress on_progress)
      : from_(from),
        to_(to),
        on_fault_(std::move(on_fault)),
        on_progress_(std::move(on_progress)) {}

  // Users, retired master keys and what outlives a process. An error is of a store, and ends it.
  absl::Status Run();
  const Counts& counts() const { return counts_; }

 private:
  absl::Status CopyUsers();
  absl::Status CopyPage(const std::vector<store::UserKeys>& users);
  absl::Status CopyRest();
  absl::Status Compare();
  absl::Status LookForOthers();
  void Fault(const std::string& user_id, std::string_view reason);

  store::KeyStore& from_;
  store::KeyStore& to_;
  const OnFault on_fault_;
  const OnProgress on_progress_;
  Counts counts_;
  std::set<std::string> told_;  // whom a fault was told of
};

}  // namespace keyward::cli

#endif  // KEYWARD_CLIENT_CLI_USER_COPY_H_
