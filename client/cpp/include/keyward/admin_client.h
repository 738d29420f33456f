#ifndef KEYWARD_CLIENT_CPP_INCLUDE_KEYWARD_ADMIN_CLIENT_H_
#define KEYWARD_CLIENT_CPP_INCLUDE_KEYWARD_ADMIN_CLIENT_H_

#include <cstdint>
#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "keyward/admin_connection.h"
#include "keyward/client_options.h"
#include "keyward/errors.h"
#include "keyward/user_key.h"

namespace keyward::client {

// A client of Keyward's KeyAdminService, for operators: the life of users' keys, and of the master
// keys that wrap them. No answer holds a key. Every call needs the permission admin: on the user
// that it names, or, where it names none, on every user.
//
//   absl::StatusOr<kw::AdminClient> admin = kw::AdminClient::New({.address = "127.0.0.1:50051"});
//   if (!admin.ok()) return admin.status();
//   absl::StatusOr<kw::UserKeyMetadata> key = admin->RotateUserKey("alice");
//
// Calls block, fail and are shared between threads as Client's do. Where an `etag` is given and is
// not the key's, the call fails with ETAG_MISMATCH and changes nothing. What changes a key without
// a name that would show a repetition (disable, delete, destroy, back up …) is sent once; see
// keyward/errors.h for what the server advises.
class AdminClient {
 public:
  // As Client::New.
  static absl::StatusOr<AdminClient> New(const ClientOptions& options);

  // For tests, with a double of the connection. `connection` must not be null.
  explicit AdminClient(std::shared_ptr<AdminConnection> connection);

  // USER_KEY_NOT_FOUND where the user has none.
  absl::StatusOr<UserKeyMetadata> GetUserKey(std::string_view user_id) const;

  // One page. To see all, ask again with next_page_token until it is empty.
  absl::StatusOr<UserKeyPage> ListUserKeys(const ListOptions& options = {}) const;

  // Makes a new version and makes it the primary one; older ones still decrypt. It brings a
  // destroyed user back, under the next number.
  absl::StatusOr<UserKeyMetadata> RotateUserKey(std::string_view user_id,
                                                const RotateOptions& options = {}) const;

  // Refuses to use a user's key, or one version of it, until it is enabled again.
  absl::StatusOr<UserKeyMetadata> DisableUserKey(std::string_view user_id,
                                                 const VersionOptions& options = {}) const;
  absl::StatusOr<UserKeyMetadata> EnableUserKey(std::string_view user_id,
                                                const VersionOptions& options = {}) const;

  // Versions below it no longer decrypt; it may be lowered again.
  absl::StatusOr<UserKeyMetadata> SetMinimumVersion(std::string_view user_id,
                                                    std::uint32_t min_version,
                                                    std::string_view etag = {}) const;

  // Refuses to use a user's key at once, and destroys it at purge_time, until when UndeleteUserKey
  // brings it back as it was.
  absl::StatusOr<UserKeyMetadata> DeleteUserKey(std::string_view user_id,
                                                std::string_view etag = {}) const;
  absl::StatusOr<UserKeyMetadata> UndeleteUserKey(std::string_view user_id,
                                                  std::string_view etag = {}) const;

  // Erases all versions of a user's key for good, at once: whatever is sealed under them is lost.
  // `etag` is required.
  absl::StatusOr<UserKeyMetadata> DestroyUserKey(std::string_view user_id,
                                                 std::string_view etag) const;

  // The master keys that are loaded, retired or still needed, and how far rewrapping is.
  absl::StatusOr<KekStatusResult> GetKekStatus() const;

  // Starts to wrap every user's key under the current master key, in the background; GetKekStatus
  // tells how far it is. 0: as fast as it goes.
  absl::StatusOr<RewrapProgress> RewrapUserKeys(std::uint32_t max_keys_per_second = 0) const;

  // Notes that a master key (16 hex digits) is never to be used again: KEK_IN_USE while a user's
  // key is wrapped under it. Pool tokens cannot be seen from here, so the caller confirms that none
  // is under it any longer.
  absl::StatusOr<KekMetadata> RetireKek(std::string_view kek_id, bool confirm_pool_rewrapped) const;

  // Unwraps every stored key. It, and Backup, may take longer than ClientOptions' default deadline.
  absl::StatusOr<VerifyResult> VerifyStore() const;

  // Writes a verified copy of the store to a new file in the server's --backup_dir. `file_name`:
  // empty: keys-TIME.db.
  absl::StatusOr<BackupResult> Backup(std::string_view file_name = {}) const;

 private:
  std::shared_ptr<AdminConnection> connection_;
};

}  // namespace keyward::client

#endif  // KEYWARD_CLIENT_CPP_INCLUDE_KEYWARD_ADMIN_CLIENT_H_
