#ifndef KEYWARD_SERVER_AUTH_GRANT_H_
#define KEYWARD_SERVER_AUTH_GRANT_H_

#include <string>
#include <string_view>
#include <vector>

#include "server/auth/permission.h"
#include "server/auth/rate_limit.h"

namespace keyward::auth {

// The rules of a policy, checked: principals and users are exact or globs, and none is empty.

struct Grant {
  std::vector<std::string> principals;
  // "*" stands for every user; no other glob here consists of stars alone.
  std::vector<std::string> users;
  PermissionSet on_users = 0;
  PermissionSet on_pool = 0;
  // Where it begins in the file, counted from 1.
  int line = 0;
};

struct Limit {
  std::vector<std::string> principals;
  RateLimit rate;
};

// Whether one of the patterns matches the text.
bool MatchesAny(const std::vector<std::string>& patterns, std::string_view text);

}  // namespace keyward::auth

#endif  // KEYWARD_SERVER_AUTH_GRANT_H_
