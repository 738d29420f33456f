#include "server/auth/glob.h"

#include <string.h>

namespace keyward::auth {
namespace {

// glibc's memmem searches in linear time; std::string_view::find does not.
size_t Find(std::string_view text, std::string_view piece) {
  if (piece.empty()) return 0;
  if (text.empty()) return text.npos;
  const void* found = memmem(text.data(), text.size(), piece.data(), piece.size());
  return found == nullptr ? text.npos
                          : static_cast<size_t>(static_cast<const char*>(found) - text.data());
}

}  // namespace

bool GlobMatches(std::string_view pattern, std::string_view text) {
  size_t star = pattern.find('*');
  if (star == pattern.npos) return pattern == text;
  if (!text.starts_with(pattern.substr(0, star))) return false;
  text.remove_prefix(star);
  pattern.remove_prefix(star + 1);
  // Each piece between two stars is best taken where it comes first: that leaves the most for the
  // rest.
  while ((star = pattern.find('*')) != pattern.npos) {
    const size_t found = Find(text, pattern.substr(0, star));
    if (found == text.npos) return false;
    text.remove_prefix(found + star);
    pattern.remove_prefix(star + 1);
  }
  return text.ends_with(pattern);
}

}  // namespace keyward::auth
