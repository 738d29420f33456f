#ifndef KEYWARD_SERVER_STORE_KEY_STORE_H_
#define KEYWARD_SERVER_STORE_KEY_STORE_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace keyward::store {

// The numbers stand in databases: they never change their meaning.
enum class UserState { kActive = 1, kDisabled = 2, kDeleted = 3, kDestroyed = 4 };
enum class VersionState { kEnabled = 1, kDisabled = 2, kDestroyed = 3 };

// One version of a user's data key, wrapped. The store never sees the key itself.
struct KeyVersion {
  uint32_t version = 0;     // from 1, never reused
  std::string kek_id;       // 8 bytes: which master key wraps it
  int wrap_format = 0;      // 2, see docs/FORMATS.md
  std::string wrapped_key;  // nonce(12), ciphertext(32), tag(16); empty where it is destroyed
  VersionState state = VersionState::kEnabled;
  int64_t created_at_micros = 0;  // since 1970, UTC
  int64_t messages = 0;           // sealed with it under random 96-bit nonces; an estimate

  bool operator==(const KeyVersion&) const = default;
};

// All that is stored of a user.
struct UserKeys {
  std::string user_id;
  uint32_t primary_version = 0;
  uint32_t min_version = 0;  // versions below it no longer decrypt; 0: none
  UserState state = UserState::kActive;
  UserState state_before_delete = UserState::kActive;  // what a deleted user comes back as
  int64_t etag = 1;  // goes up with each change that an operator makes
  int64_t purge_at_micros =
      0;                    // when a deleted user's keys are destroyed, since 1970, UTC; 0: never
  std::string rotation_id;  // names the request that made the newest version; empty: none did
  std::vector<KeyVersion> versions;  // newest first

  bool operator==(const UserKeys&) const = default;
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

// How many keys, destroyed ones apart, are wrapped under a master key.
struct KekUse {
  std::string kek_id;  // 8 bytes
  int64_t keys = 0;
};

// A master key that nothing is to be wrapped under again.
struct RetiredKek {
  std::string kek_id;             // 8 bytes
  int64_t retired_at_micros = 0;  // since 1970, UTC
};

// Keeps users' wrapped keys. Thread-safe.
//
// Calls return at once; `done` is called exactly once, on a thread of the store (never on the
// caller's), and must not block. What is reported as stored is durable: it survives a power cut. A
// store that is being destroyed first finishes every call it has taken.
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

  // Stores each key as the primary version of a new user, unless the user is there already,
  // tombstones included: then the stored keys come back and the key is dropped. One that cannot be
  // stored fails alone; all others are made durable together, with one commit.
  virtual void CreateMany(std::vector<NewUser> users, CreateManyCallback done) = 0;
  void Create(std::string user_id, KeyVersion key, CreateCallback done);

  // Up to `limit` users in the byte order of their ids, from the first after `after` (empty: from
  // the start). Versions that cannot be keys are left out, so that one damaged row hides no other
  // user.
  virtual void Page(std::string after, int limit, PageCallback done) = 0;
  // Find and Page with nothing refused or left out, whatever the rows hold, for who looks for
  // damage. Unless a store says otherwise, its Find and its Page are such.
  virtual void FindAsStored(std::string user_id, FindCallback done);
  virtual void PageAsStored(std::string after, int limit, PageCallback done);

  // What is to be stored of a user instead of `now`: nullopt leaves the user as it is, an error is
  // what the caller gets for this user. Called within the transaction, on a thread of the store,
  // and again where that has to be repeated; it must not block. The id and the numbers of versions
  // stay; no version is left out. `now` is what is stored, damaged rows too, so that those can be
  // destroyed: any other change of them is errors::StoredKeyCorrupt.
  using Change = std::function<absl::StatusOr<std::optional<UserKeys>>(const UserKeys& now)>;
  using UpdateCallback = absl::AnyInvocable<void(absl::StatusOr<UserKeys>)>;
  using UpdateManyCallback = absl::AnyInvocable<void(std::vector<absl::StatusOr<UserKeys>>)>;

  // Changes users who are there, with one commit, and answers what is stored of them now, in the
  // order of `user_ids`. Each fails alone: errors::UserKeyNotFound, and what `change` says. Where a
  // change takes a wrapped key away (kDestroyed), no file of the store holds its bytes any longer
  // once `done` is called; where that cannot be brought about the user fails with
  // errors::StoreUnavailable, though the change may stand.
  virtual void UpdateMany(std::vector<std::string> user_ids, Change change,
                          UpdateManyCallback done) = 0;
  void Update(std::string user_id, Change change, UpdateCallback done);

  // Up to `limit` users, deleted ones, whose time of purge is at or before `micros`, the longest
  // due first.
  using IdsCallback = absl::AnyInvocable<void(absl::StatusOr<std::vector<std::string>>)>;
  virtual void FindDueForPurge(int64_t micros, int limit, IdsCallback done) = 0;

  // Looks through all keys.
  using KekUseCallback = absl::AnyInvocable<void(absl::StatusOr<std::vector<KekUse>>)>;
  virtual void CountByKek(KekUseCallback done) = 0;

  // Notes that the master key is retired, unless a key is still wrapped under it: errors::KekInUse.
  // In one transaction with that look. One that is retired already stays so, since its first time.
  // From then on a key that would be wrapped under it is not stored: errors::EncryptionDisabled.
  // What was wrapped under it before is erased as a destroyed key is.
  using DoneCallback = absl::AnyInvocable<void(absl::Status)>;
  virtual void RetireKek(std::string kek_id, int64_t micros, DoneCallback done) = 0;
  using RetiredKeksCallback = absl::AnyInvocable<void(absl::StatusOr<std::vector<RetiredKek>>)>;
  virtual void ListRetiredKeks(RetiredKeksCallback done) = 0;

  // A short text that outlives the process, by name; an empty one is as good as none.
  virtual void PutNote(std::string name, std::string text, DoneCallback done) = 0;
  using NoteCallback = absl::AnyInvocable<void(absl::StatusOr<std::string>)>;
  virtual void GetNote(std::string name, NoteCallback done) = 0;

  // Writes a consistent copy of the whole store to a new file, mode 0600, while it goes on. An
  // error is a full line for the operator; then there is no such file.
  virtual void Backup(std::string path, DoneCallback done) = 0;

  // What other processes may have changed in a store that several share.
  struct Changes {
    bool all = false;  // anything may have changed: the feed was interrupted
    std::vector<std::string>
        user_ids;  // whose stored state changed; counts of messages and wrapping apart
  };
  using ChangeListener = std::function<void(const Changes&)>;
  // From now on tells of changes, within a second of their commit while the store can be reached;
  // this process's own may be among them. `listener` runs on a thread of the store and must not
  // block. It takes the place of the one before, which is not called any more once this returns;
  // null: none is told. A store that no other process writes to never calls it.
  virtual void WatchChanges(ChangeListener listener);

  // Users whom finds asked a standby for, where one is asked at all.
  struct StandbyReads {
    int64_t answered = 0;
    int64_t not_answered = 0;  // it was behind, did not have them, or could not be asked
  };
  virtual std::optional<StandbyReads> standby_reads() const { return std::nullopt; }

  // What the engine is called in status answers: "sqlite".
  virtual std::string_view Kind() const = 0;
};

}  // namespace keyward::store

#endif  // KEYWARD_SERVER_STORE_KEY_STORE_H_
