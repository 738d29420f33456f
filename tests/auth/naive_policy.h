#ifndef KEYWARD_TESTS_AUTH_NAIVE_POLICY_H_
#define KEYWARD_TESTS_AUTH_NAIVE_POLICY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/auth/permission.h"
#include "tests/testing/chance.h"

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

struct NaiveLimit {
  std::vector<std::string> principals;
  uint32_t calls_at_once = 0;
};

// Counted from 0; nullopt where none allows it.
std::optional<size_t> NaiveFirstGrant(const std::vector<NaiveGrant>& grants,
                                      std::string_view principal, Permission permission,
                                      std::optional<std::string_view> user_id);

// What an admin call needs that names no user.
bool NaiveOnEveryUser(const std::vector<NaiveGrant>& grants, std::string_view principal,
                      Permission permission);

// Counted from 0; nullopt where none is for it.
std::optional<size_t> NaiveFirstLimit(const std::vector<NaiveLimit>& limits,
                                      std::string_view principal);

// What a policy file says.
std::string ToText(const std::vector<NaiveGrant>& grants);
std::string ToText(const std::vector<NaiveLimit>& limits);
// The same, as unlike in form as chance and Protobuf's text format have it.
std::string ToOtherText(const std::vector<NaiveGrant>& grants, testing::Chance& chance);

}  // namespace keyward::auth

#endif  // KEYWARD_TESTS_AUTH_NAIVE_POLICY_H_
