#include "server/store/stored_row.h"

#include <algorithm>

#include "server/errors/errors.h"

namespace keyward::store {
namespace {

constexpr size_t kKekIdSize = 8;
constexpr size_t kWrappedKeySize = 12 + 32 + 16;  // nonce, ciphertext, tag
constexpr int kWrapFormat = 2;

}  // namespace

bool IsKnown(UserState state) {
  return state >= UserState::kActive && state <= UserState::kDestroyed;
}

bool IsKnown(VersionState state) {
  return state >= VersionState::kEnabled && state <= VersionState::kDestroyed;
}

bool IsPossibleKey(const KeyVersion& key) {
  if (key.version == 0 || !IsKnown(key.state)) return false;
  if (key.state == VersionState::kDestroyed) return true;
  return key.wrap_format == kWrapFormat && key.kek_id.size() == kKekIdSize &&
         key.wrapped_key.size() == kWrappedKeySize;
}

bool IsTombstone(const UserKeys& keys) {
  return keys.state == UserState::kDestroyed || keys.state == UserState::kDeleted;
}

absl::Status CheckUserKeys(const UserKeys& keys) {
  if (!IsKnown(keys.state)) return errors::StoredKeyCorrupt();
  if (!std::all_of(keys.versions.begin(), keys.versions.end(), IsPossibleKey)) {
    return errors::StoredKeyCorrupt();
  }
  const bool has_primary =
      std::any_of(keys.versions.begin(), keys.versions.end(),
                  [&](const KeyVersion& key) { return key.version == keys.primary_version; });
  return IsTombstone(keys) || has_primary ? absl::OkStatus() : errors::StoredKeyCorrupt();
}

void DropImpossibleKeys(UserKeys& keys) {
  if (!IsKnown(keys.state)) keys.state = UserState::kDisabled;
  std::erase_if(keys.versions, [](const KeyVersion& key) { return !IsPossibleKey(key); });
}

}  // namespace keyward::store
