#include "server/auth/grant.h"

#include <algorithm>

#include "server/auth/glob.h"

namespace keyward::auth {

bool MatchesAny(const std::vector<std::string>& patterns, std::string_view text) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](const std::string& pattern) { return GlobMatches(pattern, text); });
}

}  // namespace keyward::auth
