#ifndef KEYWARD_SERVER_KEYRING_ROTATION_POLICY_H_
#define KEYWARD_SERVER_KEYRING_ROTATION_POLICY_H_

#include <cstdint>
#include <string_view>

#include "absl/time/time.h"
#include "server/store/key_store.h"

namespace keyward::keyring {

// When a user's primary version is to be replaced by a new one.
struct RotationPolicy {
  absl::Duration max_age = absl::ZeroDuration();  // zero: no age is too old
  int64_t max_messages = int64_t{1} << 31;        // 0: no number is too many

  static RotationPolicy Never() { return {.max_age = absl::ZeroDuration(), .max_messages = 0}; }

  // "AGE" or "MESSAGES", or empty where it is not due. Of a user whose primary version seals
  // nothing, because one of them is disabled, deleted or destroyed, it never is.
  std::string_view DueReason(const store::UserKeys& keys, absl::Time now) const;
};

}  // namespace keyward::keyring

#endif  // KEYWARD_SERVER_KEYRING_ROTATION_POLICY_H_
