#include "client/cli/audit_keys.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "server/keyring/kek.h"
#include "server/master_key_source.h"

namespace keyward::cli {

absl::StatusOr<std::vector<audit::AuditKeys>> TakeAuditKeys() {
  auto material = TakeMasterKeys();
  if (!material.ok()) return absl::InvalidArgumentError(material.status().message());
  if (!material->current && material->previous.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("a log is verified under its KEK: ", material->why_none));
  }
  const keyring::MasterKeys keks(std::move(material->current), std::move(material->previous),
                                 keyring::kDefaultPoolKeySalt);
  std::vector<audit::AuditKeys> keys;
  for (const keyring::Kek& kek : keks.all()) keys.emplace_back(kek.key(), kek.hex_id());
  return keys;
}

}  // namespace keyward::cli
