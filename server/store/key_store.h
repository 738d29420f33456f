#ifndef KEYWARD_SERVER_STORE_KEY_STORE_H_
#define KEYWARD_SERVER_STORE_KEY_STORE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"

namespace keyward::store {

// The numbers stand in databases: they never change their meaning.
enum class UserState { kActive = 1, kDisabled = 2, kDeleted = 3, kDestroyed = 4 };
enum class VersionState { kEnabled = 1, kDisabled = 2, kDestroyed = 3 };

// One version of a user's data key, wrapped. The store never sees the key itself.
struct KeyVersion {
  uint32_t version = 0;          // from 1, never reused
  std::string kek_id;            // 8 bytes: which master key wraps it
  int wrap_format = 0;           // 2, see docs/FORMATS.md
  std::string wrapped_key;       // nonce(12), ciphertext(32), tag(16)
  VersionState state = VersionState::kEnabled;
  int64_t created_at_micros = 0;  // since 1970, UTC
};

// All that is stored of a user.
struct UserKeys {
  std::string user_id;
  uint32_t primary_version = 0;
  uint32_t min_version = 0;  // versions below it no longer decrypt; 0: none
  UserState state = UserState::kActive;
  std::vector<KeyVersion> versions;  // newest first
};

// A user to be stored with a first version of the key.
struct NewUser {
  std::string user_id;
  KeyVersion key;
};

// What Create answers: the user's keys as they are stored now.
struct Created {
  UserKeys keys;
  bool created = false;  // false where the user was there already: the first one won
};

// Keeps users' wrapped keys. Thread-safe.
//
// Calls return at once; `done` is called exactly once, on a thread of the store (never on the caller's),
// and must not block. What is reported as stored is durable: it survives a power cut. A store that is
// being destroyed first finishes every call it has taken.
//
// Errors: errors::UserKeyNotFound, errors::StoreUnavailable (busy, full, read-only, broken),
// errors::StoredKeyCorrupt (the row is there, but cannot be a key).
class KeyStore {
 public:
  using FindCallback = absl::AnyInvocable<void(absl::StatusOr<UserKeys>)>;
  using CreateCallback = absl::AnyInvocable<void(absl::StatusOr<Created>)>;
  // One result for each that was asked for, in that order.
  using FindManyCallback = absl::AnyInvocable<void(std::vector<absl::StatusOr<UserKeys>>)>;
  using CreateManyCallback = absl::AnyInvocable<void(std::vector<absl::StatusOr<Created>>)>;
  using PageCallback = absl::AnyInvocable<void(absl::StatusOr<std::vector<UserKeys>>)>;

  virtual ~KeyStore() = default;

  // Finds users' keys, tombstones included.
  virtual void FindMany(std::vector<std::string> user_ids, FindManyCallback done) = 0;
  void Find(std::string user_id, FindCallback done);

  // Stores each key as the primary version of a new user, unless the user is there already, tombstones
  // included: then the stored keys come back and the key is dropped. One that cannot be stored fails
  // alone; all others are made durable together, with one commit.
  virtual void CreateMany(std::vector<NewUser> users, CreateManyCallback done) = 0;
  void Create(std::string user_id, KeyVersion key, CreateCallback done);

  // Up to `limit` users in the byte order of their ids, from the first after `after` (empty: from the
  // start). Versions that cannot be keys are left out, so that one damaged row hides no other user.
  virtual void Page(std::string after, int limit, PageCallback done) = 0;

  // What the engine is called in status answers: "sqlite".
  virtual std::string_view Kind() const = 0;
};

}  // namespace keyward::store

#endif  // KEYWARD_SERVER_STORE_KEY_STORE_H_
