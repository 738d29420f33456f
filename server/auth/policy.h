#ifndef KEYWARD_SERVER_AUTH_POLICY_H_
#define KEYWARD_SERVER_AUTH_POLICY_H_

#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "server/auth/access.h"
#include "server/auth/grant.h"
#include "server/auth/permission.h"
#include "server/auth/principal.h"
#include "server/auth/rate_limit.h"

namespace keyward::auth {

// Who may do what, and how much of it. What no grant allows is denied. Immutable, so thread-safe; a
// copy is cheap and shares the rules.
class Policy {
 public:
  // The text format of proto/keyward/policy/v1/policy.proto. The error is one line, "LINE:COLUMN:
  // what is wrong" (both counted from 1), and names the grant or limit by its number.
  static absl::StatusOr<Policy> Parse(std::string_view text);

  // What holds where there is no policy file, and so no listener for certificates beyond this
  // machine: whoever is on it may do anything; `anonymous` anything but export key bytes
  // and what operators do.
  static Policy WithoutFile();

  // To be asked once for a principal, not for each call.
  Access AccessOf(const Principal& principal) const { return Access(grants_, principal.text()); }
  // nullopt: not limited.
  std::optional<RateLimit> LimitOf(const Principal& principal) const;

  // For people: which grant allows that. `number` counts from 1.
  struct Reason {
    size_t number;
    int line;
  };
  // nullopt: none, so it is denied. It says the same as Access::Allows.
  std::optional<Reason> WhyAllowed(const Principal& principal, Permission permission,
                                   std::optional<std::string_view> user_id) const;

  size_t grant_count() const { return grants_->size(); }
  size_t limit_count() const { return limits_->size(); }

 private:
  Policy(std::vector<Grant> grants, std::vector<Limit> limits);

  std::shared_ptr<const std::vector<Grant>> grants_;
  std::shared_ptr<const std::vector<Limit>> limits_;
};

}  // namespace keyward::auth

#endif  // KEYWARD_SERVER_AUTH_POLICY_H_
