#ifndef KEYWARD_SERVER_AUDIT_KEYS_H_
#define KEYWARD_SERVER_AUDIT_KEYS_H_

#include <string>
#include <string_view>

#include "server/crypto/hash.h"
#include "server/crypto/secret_bytes.h"

namespace keyward::audit {

// A key of the audit log is HMAC-SHA256(KEK, label): who has it can neither tell the KEK nor the
// other one.
inline constexpr std::string_view kAuditKeyLabel = "keyward/audit/1";
inline constexpr std::string_view kAuditUserKeyLabel = "keyward/audit-user/1";

// What follows from one KEK. Immutable.
struct AuditKeys {
  // `kek_id`: 16 hex digits.
  AuditKeys(const crypto::SecretBytes& kek, std::string_view kek_id);

  std::string kek_id;
  // Seals the lines.
  crypto::HmacSha256Key line_key;
  // Stands between a user's id and its "user_hmac".
  crypto::HmacSha256Key user_key;
};

}  // namespace keyward::audit

#endif  // KEYWARD_SERVER_AUDIT_KEYS_H_
