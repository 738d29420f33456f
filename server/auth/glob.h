#ifndef KEYWARD_SERVER_AUTH_GLOB_H_
#define KEYWARD_SERVER_AUTH_GLOB_H_

#include <string_view>

namespace keyward::auth {

// Whether the pattern has a `*`; where not, it matches itself alone.
inline bool IsGlob(std::string_view pattern) { return pattern.find('*') != pattern.npos; }

// Whether the pattern matches all of the text. `*` stands for any bytes, also for none; every other
// byte stands for itself. Takes time in proportion to the two sizes, whatever the pattern.
bool GlobMatches(std::string_view pattern, std::string_view text);

}  // namespace keyward::auth

#endif  // KEYWARD_SERVER_AUTH_GLOB_H_
