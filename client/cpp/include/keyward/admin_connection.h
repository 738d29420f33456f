#ifndef KEYWARD_CLIENT_CPP_INCLUDE_KEYWARD_ADMIN_CONNECTION_H_
#define KEYWARD_CLIENT_CPP_INCLUDE_KEYWARD_ADMIN_CONNECTION_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "keyward/user_key.h"

namespace keyward::client {

struct ListOptions {
  // At most so many users a page; 0: 100. More than 1 000 count as 1 000.
  std::uint32_t page_size = 0;
  // UserKeyPage::next_page_token of the page before; empty: the first.
  std::string page_token = {};
  // Conditions joined by AND, such as "state = DISABLED AND user_id = customer-*"; empty: all
  // users.
  std::string filter = {};
};

struct UserKeyPage {
  // In the byte order of their ids; may be none though more follow.
  std::vector<UserKeyMetadata> user_keys = {};
  // Empty: there are no more.
  std::string next_page_token = {};
};

struct RotateOptions {
  // Names the request, so that one that is sent again rotates once: at most 64 bytes. Empty:
  // AdminClient makes a random one, which covers its own retries.
  std::string request_id = {};
  // See UserKeyMetadata::etag; empty: whatever it is.
  std::string etag = {};
};

// A user's key, or one version of it.
struct VersionOptions {
  // 0: the user's key as a whole.
  std::uint32_t version = 0;
  std::string etag = {};
};

struct KekMetadata {
  // 16 hex digits.
  std::string kek_id = {};
  bool current = false;
  // The server can read what is wrapped under it.
  bool loaded = false;
  // Stored keys that are wrapped under it.
  std::uint64_t keys = 0;
  // nullopt: it is not retired.
  std::optional<absl::Time> retire_time = std::nullopt;
};

// kIdle: none was asked for since the server started. kFailed: some keys could not be rewrapped, or
// the store failed. kUnknown: one that this client is too old for.
enum class RewrapState { kUnknown, kIdle, kRunning, kDone, kFailed };

// "IDLE", "RUNNING" …
std::string_view Name(RewrapState state);

// How far rewrapping the stored keys is; counted since the server started on it.
struct RewrapProgress {
  RewrapState state = RewrapState::kUnknown;
  // The master key under which it wraps, 16 hex digits.
  std::string kek_id = {};
  std::uint64_t users_seen = 0;
  std::uint64_t keys_rewrapped = 0;
  // They do not open under any loaded master key.
  std::uint64_t keys_failed = 0;
  // Keys still to be rewrapped, as counted at the start.
  std::uint64_t keys_at_start = 0;
  std::optional<absl::Time> start_time = std::nullopt;
  std::optional<absl::Time> end_time = std::nullopt;
  // The store's last error, where that ended it.
  std::string error = {};
};

struct KekStatusResult {
  // The current one first.
  std::vector<KekMetadata> keks = {};
  RewrapProgress rewrap = {};
};

struct StoreFault {
  // Such as "STORED_KEY_CORRUPT".
  std::string fault = {};
  std::uint64_t count = 0;
  // The first ten of them.
  std::vector<std::string> user_ids = {};
};

struct VerifyResult {
  std::uint64_t users = 0;
  // Versions that were unwrapped.
  std::uint64_t keys = 0;
  // Empty: the store is sound.
  std::vector<StoreFault> faults = {};
};

struct BackupResult {
  // On the server's machine.
  std::string path = {};
  std::uint64_t bytes = 0;
  std::uint64_t users = 0;
  // What is wrong with keys in it, as in the store itself.
  std::vector<StoreFault> faults = {};
};

// What an AdminClient talks to: a server, or a double of it in tests
// (keyward/mocks/mock_admin_connection.h). One method for each RPC; AdminClient's comments say what
// they do. Implementations may be called from any number of threads at once.
class AdminConnection {
 public:
  virtual ~AdminConnection() = default;

  virtual absl::StatusOr<UserKeyMetadata> GetUserKey(std::string_view user_id) = 0;
  virtual absl::StatusOr<UserKeyPage> ListUserKeys(const ListOptions& options) = 0;
  virtual absl::StatusOr<UserKeyMetadata> RotateUserKey(std::string_view user_id,
                                                        const RotateOptions& options) = 0;
  virtual absl::StatusOr<UserKeyMetadata> DisableUserKey(std::string_view user_id,
                                                         const VersionOptions& options) = 0;
  virtual absl::StatusOr<UserKeyMetadata> EnableUserKey(std::string_view user_id,
                                                        const VersionOptions& options) = 0;
  virtual absl::StatusOr<UserKeyMetadata> SetMinimumVersion(std::string_view user_id,
                                                            std::uint32_t min_version,
                                                            std::string_view etag) = 0;
  virtual absl::StatusOr<UserKeyMetadata> DeleteUserKey(std::string_view user_id,
                                                        std::string_view etag) = 0;
  virtual absl::StatusOr<UserKeyMetadata> UndeleteUserKey(std::string_view user_id,
                                                          std::string_view etag) = 0;
  virtual absl::StatusOr<UserKeyMetadata> DestroyUserKey(std::string_view user_id,
                                                         std::string_view etag) = 0;
  virtual absl::StatusOr<KekStatusResult> GetKekStatus() = 0;
  virtual absl::StatusOr<RewrapProgress> RewrapUserKeys(std::uint32_t max_keys_per_second) = 0;
  virtual absl::StatusOr<KekMetadata> RetireKek(std::string_view kek_id,
                                                bool confirm_pool_rewrapped) = 0;
  virtual absl::StatusOr<VerifyResult> VerifyStore() = 0;
  virtual absl::StatusOr<BackupResult> Backup(std::string_view file_name) = 0;
};

}  // namespace keyward::client

#endif  // KEYWARD_CLIENT_CPP_INCLUDE_KEYWARD_ADMIN_CONNECTION_H_
