#include "server/store/legacy_follow_up.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "server/errors/errors.h"
#include "server/store/stored_row.h"
#include "server/store/user_change.h"

namespace keyward::store {
namespace {

using Updated = std::vector<absl::StatusOr<UserKeys>>;

void RemoveTombstones(LegacyDatabase& legacy, Updated& updated) {
  std::vector<std::string> user_ids;
  for (const auto& user : updated) {
    if (user.ok() && IsTombstone(*user)) user_ids.push_back(user->user_id);
  }
  const absl::Status removed = legacy.Remove(user_ids);
  if (removed.ok()) return;
  for (auto& user : updated) {
    if (user.ok() && IsTombstone(*user)) user = removed;
  }
}

absl::Status PutBack(LegacyDatabase& legacy, const LegacyTranscoder& transcoder,
                     const UserKeys& user) {
  const KeyVersion* primary = FindVersion(user, user.primary_version);
  if (primary == nullptr) return errors::StoredKeyCorrupt();
  const absl::StatusOr<LegacyRow> row = transcoder.Export(user.user_id, *primary);
  if (!row.ok()) return row.status();
  return legacy.InsertOrGet({*row}).status();
}

}  // namespace

KeyStore::Change NoteReturned(KeyStore::Change change, std::shared_ptr<ReturnedUsers> returned) {
  return [change = std::move(change), returned = std::move(returned)](const UserKeys& now) {
    returned->erase(now.user_id);
    absl::StatusOr<std::optional<UserKeys>> next = change(now);
    const bool changed = next.ok() && next->has_value() && (*next)->state != now.state;
    if (changed && !IsTombstone(**next)) returned->insert(now.user_id);
    return next;
  };
}

bool NeedsFollowUp(const Updated& updated, const ReturnedUsers& returned) {
  return std::any_of(updated.begin(), updated.end(), [&](const auto& user) {
    return user.ok() && (IsTombstone(*user) || returned.contains(user->user_id));
  });
}

void FollowInLegacy(LegacyDatabase& legacy, const LegacyTranscoder& transcoder,
                    const ReturnedUsers& returned, Updated& updated) {
  RemoveTombstones(legacy, updated);
  for (auto& user : updated) {
    if (!user.ok() || !returned.contains(user->user_id)) continue;
    if (absl::Status put = PutBack(legacy, transcoder, *user); !put.ok()) user = put;
  }
}

}  // namespace keyward::store
