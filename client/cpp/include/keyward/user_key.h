#ifndef KEYWARD_CLIENT_CPP_INCLUDE_KEYWARD_USER_KEY_H_
#define KEYWARD_CLIENT_CPP_INCLUDE_KEYWARD_USER_KEY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"

// What operators see of a user's key: everything but the key.
namespace keyward::client {

// kUnknown: one that this client is too old for.
enum class UserKeyState { kUnknown, kActive, kDisabled, kDeleted, kDestroyed };
enum class KeyVersionState { kUnknown, kEnabled, kDisabled, kDestroyed };

// As in the API: "ACTIVE", "DESTROYED" …
std::string_view Name(UserKeyState state);
std::string_view Name(KeyVersionState state);

struct KeyVersionMetadata {
  std::uint32_t version = 0;
  KeyVersionState state = KeyVersionState::kUnknown;
  absl::Time create_time = {};
  // The master key that wraps it, 16 hex digits; empty where it is destroyed.
  std::string kek_id = {};
  // About how many v2 tokens it has sealed.
  std::uint64_t messages = 0;
};

struct UserKeyMetadata {
  std::string user_id = {};
  UserKeyState state = UserKeyState::kUnknown;
  // With which Encrypt seals.
  std::uint32_t primary_version = 0;
  // Versions below it do not decrypt; 0: none is too old.
  std::uint32_t min_version = 0;
  // Newest first.
  std::vector<KeyVersionMetadata> versions = {};
  // Changes with each change that an operator makes; give it back with the next one, and that one
  // is refused (ETAG_MISMATCH) where somebody else came first.
  std::string etag = {};
  // When a deleted key is destroyed.
  std::optional<absl::Time> purge_time = std::nullopt;
  // Why the primary version should be turned over, though it was not yet: "AGE" or "MESSAGES"; else
  // empty.
  std::string rotation_due = {};
};

}  // namespace keyward::client

#endif  // KEYWARD_CLIENT_CPP_INCLUDE_KEYWARD_USER_KEY_H_
