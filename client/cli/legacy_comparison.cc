#include "client/cli/legacy_comparison.h"

namespace keyward::cli {

LegacyMatch Compare(const store::LegacyTranscoder& transcoder, const store::LegacyRow& row,
                    const store::UserKeys& stored) {
  if (stored.state == store::UserState::kDestroyed) return LegacyMatch::kDestroyed;
  LegacyMatch match = LegacyMatch::kUnreadable;
  for (const store::KeyVersion& version : stored.versions) {
    if (version.state == store::VersionState::kDestroyed) continue;
    const absl::StatusOr<bool> same = transcoder.SameKey(row, version);
    if (!same.ok()) continue;
    if (*same) return LegacyMatch::kSameKey;
    match = LegacyMatch::kOtherKey;
  }
  return match;
}

}  // namespace keyward::cli
