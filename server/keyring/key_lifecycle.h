#ifndef KEYWARD_SERVER_KEYRING_KEY_LIFECYCLE_H_
#define KEYWARD_SERVER_KEYRING_KEY_LIFECYCLE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/crypto/random.h"
#include "server/keyring/clock.h"
#include "server/keyring/kek.h"
#include "server/keyring/user_keys.h"
#include "server/keyring/user_transitions.h"
#include "server/store/key_store.h"

namespace keyward::keyring {

// What an operator does to one user's key. Each verb is one transaction, and its answer is what is
// stored now; no call that begins after it uses the key as it was. What each does in which state
// stands in user_transitions.h. Thread-safe. Keyring has one: Keyring::lifecycle().
//
// `done` is called once, mostly on a thread of the store; it must not block. An `etag` that is
// given (not empty) and is not the stored one fails with errors::EtagMismatch. Errors beside that
// and the store's: errors::UserKeyNotFound, errors::UserKeyVersionNotFound, errors::UserKeyDeleted,
// errors::UserKeyDestroyed, errors::InvalidRequest, errors::EncryptionDisabled (without a master
// key), errors::LegacyShared. A verb that finds what it would bring about answers OK and changes
// nothing. Where the store lost the answer (errors::StoreUnavailable) the verb may have been done;
// trying again tells.
class KeyLifecycle {
 public:
  struct Options {
    absl::Duration delete_grace = absl::Hours(24 * 7);  // from Delete to the purge
    bool legacy_shared = false;  // rotation would leave the Python module behind
  };
  using Callback = absl::AnyInvocable<void(absl::StatusOr<store::UserKeys>)>;

  // All must outlive it, and every call must have been answered before it ends.
  KeyLifecycle(const MasterKeys& keks, store::KeyStore& store, UserKeys& users, const Clock& clock,
               crypto::Random& random, const Options& options);

  void Get(std::string user_id, Callback done);
  // A retry with the request id of the latest rotation changes nothing, and is asked for no etag;
  // an empty one is nobody's. At most kMaxRequestId bytes.
  static constexpr size_t kMaxRequestId = 64;
  void Rotate(std::string user_id, std::string request_id, std::string etag, Callback done);
  // Version 0: the user's key as a whole.
  void Disable(std::string user_id, uint32_t version, std::string etag, Callback done);
  void Enable(std::string user_id, uint32_t version, std::string etag, Callback done);
  void SetMinimumVersion(std::string user_id, uint32_t min_version, std::string etag,
                         Callback done);
  void Delete(std::string user_id, std::string etag, Callback done);
  void Undelete(std::string user_id, std::string etag, Callback done);
  // The etag is required.
  void Destroy(std::string user_id, std::string etag, Callback done);

  // Destroys the keys of deleted users whose time of purge has come; one who was undeleted
  // meanwhile keeps them. Answers each.
  using PurgeCallback = absl::AnyInvocable<void(std::vector<absl::StatusOr<store::UserKeys>>)>;
  void Purge(std::vector<std::string> user_ids, PurgeCallback done);

 private:
  using Verb = std::function<transitions::Next(const store::UserKeys& now)>;
  void Update(std::string user_id, std::string etag, Verb verb, Callback done);

  const MasterKeys& keks_;
  store::KeyStore& store_;
  UserKeys& users_;
  const Clock& clock_;
  crypto::Random& random_;
  const Options options_;
};

// The text of a user's etag, as callers see it.
std::string EtagOf(const store::UserKeys& keys);

}  // namespace keyward::keyring

#endif  // KEYWARD_SERVER_KEYRING_KEY_LIFECYCLE_H_
