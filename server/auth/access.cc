#include "server/auth/access.h"

#include <algorithm>
#include <utility>

#include "server/auth/glob.h"

namespace keyward::auth {

Access::Access(std::shared_ptr<const std::vector<Grant>> grants, std::string_view principal)
    : grants_(std::move(grants)) {
  for (const Grant& grant : *grants_) {
    if (MatchesAny(grant.principals, principal)) Add(grant);
  }
}

void Access::Add(const Grant& grant) {
  pool_ |= grant.on_pool;
  for (const std::string& user : grant.users) {
    if (user == "*") {
      every_user_ |= grant.on_users;
    } else if (IsGlob(user)) {
      user_globs_.push_back({user, grant.on_users});
    } else {
      users_[user] |= grant.on_users;
    }
  }
}

bool Access::Allows(Permission permission, std::optional<std::string_view> user_id) const {
  const PermissionSet wanted = SetOf(permission);
  if (!user_id) return (pool_ & wanted) != 0;
  if ((every_user_ & wanted) != 0) return true;
  const auto user = users_.find(absl::string_view(user_id->data(), user_id->size()));
  if (user != users_.end() && (user->second & wanted) != 0) return true;
  return std::any_of(user_globs_.begin(), user_globs_.end(), [&](const UserGlob& glob) {
    return (glob.permissions & wanted) != 0 && GlobMatches(glob.pattern, *user_id);
  });
}

}  // namespace keyward::auth
