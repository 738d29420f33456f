#include "server/keyring/rotation_policy.h"

#include <algorithm>

namespace keyward::keyring {

std::string_view RotationPolicy::DueReason(const store::UserKeys& keys, absl::Time now) const {
  if (keys.state != store::UserState::kActive) return "";
  const auto primary = std::find_if(
      keys.versions.begin(), keys.versions.end(),
      [&](const store::KeyVersion& key) { return key.version == keys.primary_version; });
  if (primary == keys.versions.end() || primary->state != store::VersionState::kEnabled) return "";
  if (max_messages > 0 && primary->messages >= max_messages) return "MESSAGES";
  const absl::Time created = absl::FromUnixMicros(primary->created_at_micros);
  if (max_age > absl::ZeroDuration() && now - created >= max_age) return "AGE";
  return "";
}

}  // namespace keyward::keyring
