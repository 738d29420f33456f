#include "server/auth/spiffe_id.h"

#include <algorithm>

namespace keyward::auth {
namespace {

constexpr std::string_view kScheme = "spiffe://";
constexpr size_t kMaxIdBytes = 2048;
constexpr size_t kMaxTrustDomainBytes = 255;

bool IsTrustDomainByte(char byte) {
  return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '.' ||
         byte == '-' || byte == '_';
}

bool IsTrustDomain(std::string_view name) {
  return !name.empty() && name.size() <= kMaxTrustDomainBytes &&
         std::all_of(name.begin(), name.end(), IsTrustDomainByte);
}

bool IsSegment(std::string_view segment) {
  return !segment.empty() && segment != "." && segment != ".." &&
         std::all_of(segment.begin(), segment.end(), [](char byte) {
           return IsTrustDomainByte(byte) || (byte >= 'A' && byte <= 'Z');
         });
}

}  // namespace

bool IsWorkloadSpiffeId(std::string_view id) {
  if (id.size() > kMaxIdBytes || !id.starts_with(kScheme)) return false;
  id.remove_prefix(kScheme.size());
  size_t slash = id.find('/');
  if (slash == id.npos || !IsTrustDomain(id.substr(0, slash))) return false;
  while (slash != id.npos) {
    id.remove_prefix(slash + 1);
    slash = id.find('/');
    if (!IsSegment(id.substr(0, slash))) return false;
  }
  return true;
}

}  // namespace keyward::auth
