#ifndef KEYWARD_TESTS_STORE_USER_CHANGES_H_
#define KEYWARD_TESTS_STORE_USER_CHANGES_H_

#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "server/store/key_store.h"
#include "tests/testing/plain_transcoder.h"

// Changes of a user as the verbs of an operator make them.
namespace keyward::testing {

// A change that always succeeds, made by `edit` on a copy.
template <typename Edit>
store::KeyStore::Change Changing(Edit edit) {
  return [edit](const store::UserKeys& now) -> absl::StatusOr<std::optional<store::UserKeys>> {
    store::UserKeys next = now;
    edit(next);
    return next;
  };
}

inline store::KeyStore::Change Disabling() {
  return Changing([](store::UserKeys& user) {
    user.state = store::UserState::kDisabled;
    ++user.etag;
  });
}

inline store::KeyStore::Change Deleting(int64_t purge_at_micros) {
  return Changing([purge_at_micros](store::UserKeys& user) {
    user.state_before_delete = user.state;
    user.state = store::UserState::kDeleted;
    user.purge_at_micros = purge_at_micros;
    ++user.etag;
  });
}

inline store::KeyStore::Change Undeleting() {
  return Changing([](store::UserKeys& user) {
    user.state = user.state_before_delete;
    user.state_before_delete = store::UserState::kActive;
    user.purge_at_micros = 0;
    ++user.etag;
  });
}

inline store::KeyStore::Change Destroying() {
  return Changing([](store::UserKeys& user) {
    if (user.state == store::UserState::kDestroyed) return;
    user.state = store::UserState::kDestroyed;
    user.purge_at_micros = 0;
    ++user.etag;
    for (store::KeyVersion& key : user.versions) {
      key.state = store::VersionState::kDestroyed;
      key.kek_id.clear();
      key.wrapped_key.clear();
    }
  });
}

// The next version, under this wrapped key, becomes the primary one.
inline store::KeyStore::Change Rotating(store::KeyVersion key, std::string rotation_id = "") {
  return Changing([key, rotation_id](store::UserKeys& user) {
    store::KeyVersion next = key;
    next.version = user.versions.empty() ? 1 : user.versions.front().version + 1;
    user.primary_version = next.version;
    user.state = store::UserState::kActive;
    user.rotation_id = rotation_id;
    ++user.etag;
    user.versions.insert(user.versions.begin(), next);
  });
}

}  // namespace keyward::testing

#endif  // KEYWARD_TESTS_STORE_USER_CHANGES_H_
