#include "server/auth/pattern_rules.h"

#include <algorithm>
#include <array>

#include "absl/strings/ascii.h"
#include "server/auth/glob.h"
#include "server/auth/principal.h"
#include "server/text/text.h"

namespace keyward::auth {
namespace {

// The longest principal is a SPIFFE id, the longest user id one of the API's contract.
constexpr size_t kMaxPrincipalBytes = 2048;
constexpr size_t kMaxUserIdBytes = 256;

constexpr std::array<std::string_view, 4> kKinds = {"spiffe://", "dns:", "cn:", "unix:"};
constexpr std::array<std::string_view, 2> kWords = {"loopback", "anonymous"};

size_t LiteralBytes(std::string_view pattern) {
  return pattern.size() - static_cast<size_t>(std::count(pattern.begin(), pattern.end(), '*'));
}

std::optional<std::string> TextFault(std::string_view pattern, size_t max_bytes) {
  if (pattern.empty()) return "is empty";
  if (text::Utf8Prefix(pattern) != pattern.size()) return "is not UTF-8";
  if (LiteralBytes(pattern) > max_bytes) return "is longer than what it could match";
  return std::nullopt;
}

// Whether something that begins so, before the first star, can be a principal.
bool CanBeginPrincipal(std::string_view front) {
  const auto begins_with_front = [&](std::string_view each) { return each.starts_with(front); };
  return std::any_of(kKinds.begin(), kKinds.end(),
                     [&](std::string_view kind) {
                       return begins_with_front(kind) || front.starts_with(kind);
                     }) ||
         std::any_of(kWords.begin(), kWords.end(), begins_with_front);
}

}  // namespace

std::optional<std::string> PrincipalPatternFault(std::string_view pattern) {
  if (auto fault = TextFault(pattern, kMaxPrincipalBytes)) return fault;
  if (text::HasControlBytes(pattern)) return "has control characters, which no principal has";
  if (pattern.starts_with("dns:") &&
      std::any_of(pattern.begin(), pattern.end(), absl::ascii_isupper)) {
    return "matches no one: dns names are compared in lower case";
  }
  const bool possible = IsGlob(pattern) ? CanBeginPrincipal(pattern.substr(0, pattern.find('*')))
                                        : Principal::Parse(pattern).ok();
  if (possible) return std::nullopt;
  return "matches no one: a principal is spiffe://TRUST_DOMAIN/PATH, dns:NAME, cn:NAME, unix:PATH, "
         "loopback or anonymous";
}

std::optional<std::string> UserPatternFault(std::string_view pattern) {
  if (auto fault = TextFault(pattern, kMaxUserIdBytes)) return fault;
  if (pattern.find('\0') != pattern.npos) return "has a NUL, which no user id has";
  return std::nullopt;
}

std::string WithSingleStars(std::string_view pattern) {
  std::string result(pattern);
  result.erase(std::unique(result.begin(), result.end(),
                           [](char left, char right) { return left == '*' && right == '*'; }),
               result.end());
  return result;
}

}  // namespace keyward::auth
