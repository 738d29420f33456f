#ifndef KEYWARD_SERVER_AUTH_AUTHORIZER_H_
#define KEYWARD_SERVER_AUTH_AUTHORIZER_H_

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "server/auth/access.h"
#include "server/auth/policy.h"
#include "server/auth/principal.h"
#include "server/auth/rate_limit.h"
#include "server/sync/mutex.h"

namespace keyward::auth {

// What the policy says of one caller. A call keeps it from its beginning to its end, so that all of
// it, each item of a batch too, is judged by one policy.
struct Standing {
  std::shared_ptr<const Access> access;
  // Null where the principal is not limited.
  std::shared_ptr<RateLimiter> limiter;
};

// Judges callers by the policy in force. Thread-safe; who is known already takes one short lock,
// which callers of other principals seldom share.
class Authorizer {
 public:
  // How many principals are remembered. Beyond that, those that have no call under way are
  // forgotten, and what they have used up of a limit only where nothing else makes room.
  static constexpr size_t kMaxPrincipals = 4096;

  explicit Authorizer(Policy policy);

  // Drop it when the call is over: what is held counts as under way. `now` as in
  // RateLimiter::Enter.
  Standing StandingOf(const Principal& principal, int64_t now);

  // The new policy judges every call that begins after this returns. A principal's limiter stays,
  // with what is used up, and takes on the new limit.
  void Use(Policy policy);

 private:
  struct Known {
    // Of the policy that `standing` comes from.
    uint64_t generation = 0;
    Standing standing;
  };
  struct Shard {
    sync::Mutex mutex;
    absl::flat_hash_map<std::string, Known> known ABSL_GUARDED_BY(mutex);
  };
  struct Present {
    uint64_t generation;
    Policy policy;
  };

  Present PresentPolicy() const;
  void Judge(const Principal& principal, Known& known) const;
  static void MakeRoom(absl::flat_hash_map<std::string, Known>& known, int64_t now);

  std::array<Shard, 16> shards_;
  // Changes with policy_, and is read without its lock.
  std::atomic<uint64_t> generation_ = 1;
  mutable sync::Mutex policy_mutex_;
  Policy policy_ ABSL_GUARDED_BY(policy_mutex_);
};

}  // namespace keyward::auth

#endif  // KEYWARD_SERVER_AUTH_AUTHORIZER_H_
