#ifndef KEYWARD_SERVER_KEYRING_LOADED_USER_H_
#define KEYWARD_SERVER_KEYRING_LOADED_USER_H_

#include <cstdint>
#include <optional>

#include "absl/container/inlined_vector.h"
#include "absl/status/status.h"
#include "server/keyring/kek.h"
#include "server/keyring/key_shield.h"
#include "server/store/key_store.h"

namespace keyward::keyring {

// A version of a user's key, unwrapped and shielded.
struct LoadedVersion {
  uint32_t version = 0;
  store::VersionState state = store::VersionState::kEnabled;
  int64_t created_at_micros = 0;
  // Why there is no key, where there is none; OK for a destroyed version too, which never has one.
  absl::Status problem;
  std::optional<ShieldedKey> key;
};

// A user's keys, ready for use. A value: one with a single version, as nearly all are, allocates
// nothing.
struct LoadedUser {
  store::UserState state = store::UserState::kActive;
  uint32_t primary_version = 0;
  uint32_t min_version = 0;
  absl::InlinedVector<LoadedVersion, 1> versions;  // newest first

  // Null where there is no such version.
  const LoadedVersion* Find(uint32_t version) const;
  // Every version that should have a key has one.
  bool complete() const;
};

LoadedUser LoadUser(const store::UserKeys& stored, const MasterKeys& keks, KeyShield& shield);

}  // namespace keyward::keyring

#endif  // KEYWARD_SERVER_KEYRING_LOADED_USER_H_
