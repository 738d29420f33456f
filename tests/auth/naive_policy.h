#ifndef KEYWARD_TESTS_AUTH_NAIVE_POLICY_H_
#define KEYWARD_TESTS_AUTH_NAIVE_POLICY_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/auth/permission.h"

namespace keyward::auth {

// Policies decided as their format describes them, word by word and with no thought of speed.

inline bool NaiveGlobMatches(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern[0] == '*') {
    return NaiveGlobMatches(pattern.substr(1), text) ||
           (!text.empty() && NaiveGlobMatches(pattern, text.substr(1)));
  }
  return !text.empty() && text[0] == pattern[0] &&
         NaiveGlobMatches(pattern.substr(1), text.substr(1));
}

struct NaiveGrant {
  std::vector<std::string> principals;
  std::vector<Permission> permissions;
  std::vector<std::string> users;
  bool pool = false;
};

// Counted from 0; nullopt where none allows it.
std::optional<size_t> NaiveFirstGrant(const std::vector<NaiveGrant>& grants,
                                      std::string_view principal, Permission permission,
                                      std::optional<std::string_view> user_id);

// What a policy file says.
std::string ToText(const std::vector<NaiveGrant>& grants);

}  // namespace keyward::auth

#endif  // KEYWARD_TESTS_AUTH_NAIVE_POLICY_H_
