#ifndef KEYWARD_SERVER_KEYRING_USER_TRANSITIONS_H_
#define KEYWARD_SERVER_KEYRING_USER_TRANSITIONS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "server/store/key_store.h"

// The state machine of a user's key: for each verb, what is stored next. Pure functions, made to be
// a store's Change.
//
//                 rotate      disable    enable    delete       undelete    destroy
//   active        active +1   disabled   -         deleted      -           destroyed
//   disabled      disabled +1 -          active    deleted      -           destroyed
//   deleted       DELETED     DELETED    DELETED   -            as before   destroyed
//   destroyed     active +1   DESTROYED  DESTROYED DESTROYED    DESTROYED   -
//
// "-": nothing is to be changed; "+1": with a new version, which is the primary one; in capitals:
// the error. Verbs on a version, and the minimum version, need a user who is active or disabled.
// Each change raises the etag by one.
namespace keyward::keyring::transitions {

// What is to be stored instead, nullopt where that is what is stored, or why the verb is refused.
using Next = absl::StatusOr<std::optional<store::UserKeys>>;

// A user's versions, destroyed ones included: each may have to be tried with a token, and all are
// loaded together.
inline constexpr size_t kMaxVersions = 10'000;

// Makes the wrapped key of a version.
using MakeVersion = absl::FunctionRef<store::KeyVersion(uint32_t version)>;

// Whether the request of that id was the latest to rotate; an empty id is nobody's.
bool IsRepeated(const store::UserKeys& now, std::string_view request_id);
// Changes nothing where it is repeated, whatever the state. errors::InvalidRequest beyond
// kMaxVersions.
Next Rotate(const store::UserKeys& now, std::string_view request_id, MakeVersion make);

Next Disable(const store::UserKeys& now);
Next Enable(const store::UserKeys& now);
// errors::UserKeyVersionNotFound; a version that is destroyed stays so: errors::UserKeyDestroyed.
Next DisableVersion(const store::UserKeys& now, uint32_t version);
Next EnableVersion(const store::UserKeys& now, uint32_t version);
// errors::InvalidRequest above the primary version.
Next SetMinimumVersion(const store::UserKeys& now, uint32_t min_version);

Next Delete(const store::UserKeys& now, int64_t purge_at_micros);
Next Undelete(const store::UserKeys& now);
// The versions stay, without their keys, so that no number is used again.
Next Destroy(const store::UserKeys& now);
// Destroys a deleted user whose time of purge is at or before `now_micros`; changes nothing of any
// other.
Next Purge(const store::UserKeys& now, int64_t now_micros);

}  // namespace keyward::keyring::transitions

#endif  // KEYWARD_SERVER_KEYRING_USER_TRANSITIONS_H_
