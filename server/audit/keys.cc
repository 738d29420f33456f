#include "server/audit/keys.h"

#include <algorithm>

namespace keyward::audit {
namespace {

crypto::SecretBytes Derived(const crypto::SecretBytes& kek, std::string_view label) {
  crypto::Sha256Digest digest = crypto::HmacSha256(kek, label);
  crypto::SecretBytes key(digest.size(), [&](absl::Span<uint8_t> out) {
    std::copy(digest.begin(), digest.end(), out.begin());
  });
  crypto::Wipe(digest.data(), digest.size());
  return key;
}

}  // namespace

AuditKeys::AuditKeys(const crypto::SecretBytes& kek, std::string_view id)
    : kek_id(id),
      line_key(Derived(kek, kAuditKeyLabel)),
      user_key(Derived(kek, kAuditUserKeyLabel)) {}

}  // namespace keyward::audit
