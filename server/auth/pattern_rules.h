#ifndef KEYWARD_SERVER_AUTH_PATTERN_RULES_H_
#define KEYWARD_SERVER_AUTH_PATTERN_RULES_H_

#include <optional>
#include <string>
#include <string_view>

namespace keyward::auth {

// What a policy's patterns must be to match anyone at all. Nullopt where they may; else what is
// wrong, to follow the pattern's name in a sentence.
std::optional<std::string> PrincipalPatternFault(std::string_view pattern);
std::optional<std::string> UserPatternFault(std::string_view pattern);

// The same glob with one star where several stand side by side.
std::string WithSingleStars(std::string_view pattern);

}  // namespace keyward::auth

#endif  // KEYWARD_SERVER_AUTH_PATTERN_RULES_H_
