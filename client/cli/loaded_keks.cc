#include "client/cli/loaded_keks.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "server/master_key_source.h"

namespace keyward::cli {

absl::StatusOr<keyring::MasterKeys> LoadKeks(const Output& output) {
  auto material = TakeMasterKeys();
  if (!material.ok()) return absl::InvalidArgumentError(material.status().message());
  if (!material->current && material->previous.empty()) {
    return absl::InvalidArgumentError(absl::StrCat("there is no master key: ", material->why_none));
  }
  if (!material->current) {
    output.Warn(absl::StrCat("there is no current master key: ", material->why_none));
  }
  return keyring::MasterKeys(std::move(material->current), std::move(material->previous),
                             keyring::kDefaultPoolKeySalt);
}

absl::StatusOr<keyring::MasterKeys> LoadCurrentKek(const Output& output) {
  auto keks = LoadKeks(output);
  if (!keks.ok() || keks->current() != nullptr) return keks;
  return absl::InvalidArgumentError("a current master key is needed, in API_KEY_MASTER_KEY");
}

}  // namespace keyward::cli
