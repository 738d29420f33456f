#include "server/keyring/stored_keys_check.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "server/keyring/key_wrap.h"
#include "server/store/stored_row.h"

namespace keyward::keyring {
namespace {

using store::KeyVersion;
using store::UserKeys;

std::optional<FoundFault> CheckUser(const UserKeys& stored) {
  if (!store::IsKnown(stored.state)) {
    return FoundFault{StoredFault::kUnknownState, std::nullopt, "the user's state is no state"};
  }
  if (store::IsTombstone(stored)) return std::nullopt;
  if (stored.versions.empty()) {
    return FoundFault{StoredFault::kNoVersions, std::nullopt, "the user has no version of a key"};
  }
  const bool has_primary =
      std::any_of(stored.versions.begin(), stored.versions.end(),
                  [&](const KeyVersion& key) { return key.version == stored.primary_version; });
  if (has_primary) return std::nullopt;
  return FoundFault{
      StoredFault::kPrimaryMissing, std::nullopt,
      absl::StrCat("the primary version, ", stored.primary_version, ", is not there")};
}

std::optional<FoundFault> CheckVersion(const MasterKeys& keks, const UserKeys& stored,
                                       const KeyVersion& key) {
  if (!store::IsKnown(key.state)) {
    return FoundFault{StoredFault::kUnknownState, key.version, "the version's state is no state"};
  }
  if (!store::IsPossibleKey(key)) {
    return FoundFault{StoredFault::kMalformed, key.version,
                      "the version's number, format or sizes are no key's"};
  }
  if (key.state == store::VersionState::kDestroyed) return std::nullopt;
  const auto opened = UnwrapKey(keks, stored.user_id, key);
  if (opened.ok()) return std::nullopt;
  if (absl::IsFailedPrecondition(opened.status())) {
    return FoundFault{
        StoredFault::kKekNotLoaded, key.version,
        absl::StrCat("its KEK ", absl::BytesToHexString(key.kek_id), " is not loaded")};
  }
  return FoundFault{StoredFault::kWrapCorrupt, key.version,
                    "the wrapped key does not open: it was changed, or is another row's"};
}

}  // namespace

std::string_view FaultName(StoredFault fault) {
  switch (fault) {
    case StoredFault::kWrapCorrupt:
      return "STORED_KEY_CORRUPT";
    case StoredFault::kKekNotLoaded:
      return "KEK_NOT_LOADED";
    case StoredFault::kMalformed:
      return "ROW_MALFORMED";
    case StoredFault::kUnknownState:
      return "STATE_UNKNOWN";
    case StoredFault::kNoVersions:
      return "NO_VERSIONS";
    case StoredFault::kPrimaryMissing:
      return "PRIMARY_MISSING";
  }
  return "";
}

std::vector<FoundFault> CheckStoredKeys(const MasterKeys& keks, const UserKeys& stored) {
  std::vector<FoundFault> found;
  if (auto fault = CheckUser(stored)) found.push_back(*std::move(fault));
  for (const KeyVersion& key : stored.versions) {
    if (auto fault = CheckVersion(keks, stored, key)) found.push_back(*std::move(fault));
  }
  return found;
}

}  // namespace keyward::keyring
