#include "client/cli/audit_keys.h"

#include "client/cli/loaded_keks.h"

namespace keyward::cli {

absl::StatusOr<std::vector<audit::AuditKeys>> TakeAuditKeys(const Output& output) {
  const auto keks = LoadKeks(output);
  if (!keks.ok()) return keks.status();
  std::vector<audit::AuditKeys> keys;
  for (const keyring::Kek& kek : keks->all()) keys.emplace_back(kek.key(), kek.hex_id());
  return keys;
}

}  // namespace keyward::cli
