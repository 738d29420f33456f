#ifndef KEYWARD_SERVER_AUTH_ACCESS_H_
#define KEYWARD_SERVER_AUTH_ACCESS_H_

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "server/auth/grant.h"
#include "server/auth/permission.h"

namespace keyward::auth {

// What one principal may do under one policy. Immutable, so thread-safe. An answer takes one
// look-up by user id, and one match for each of the principal's other globs; it allocates nothing
// and takes no lock.
class Access {
 public:
  // Of what the grants give to the principal; `grants` are shared with the policy.
  Access(std::shared_ptr<const std::vector<Grant>> grants, std::string_view principal);

  // On a user, or on the pool: nullopt.
  bool Allows(Permission permission, std::optional<std::string_view> user_id) const;
  // On all users there are or will be: what an admin call needs that names none.
  bool AllowsOnEveryUser(Permission permission) const {
    return (every_user_ & SetOf(permission)) != 0;
  }

 private:
  struct UserGlob {
    std::string_view pattern;
    PermissionSet permissions;
  };

  void Add(const Grant& grant);

  // Owns the text that the views below look at.
  std::shared_ptr<const std::vector<Grant>> grants_;
  PermissionSet pool_ = 0;
  PermissionSet every_user_ = 0;
  absl::flat_hash_map<absl::string_view, PermissionSet> users_;
  std::vector<UserGlob> user_globs_;
};

}  // namespace keyward::auth

#endif  // KEYWARD_SERVER_AUTH_ACCESS_H_
