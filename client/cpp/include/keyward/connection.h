#ifndef KEYWARD_CLIENT_CPP_INCLUDE_KEYWARD_CONNECTION_H_
#define KEYWARD_CLIENT_CPP_INCLUDE_KEYWARD_CONNECTION_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "keyward/key_bytes.h"
#include "keyward/scope.h"
#include "keyward/token_format.h"

namespace keyward::client {

struct EncryptResult {
  // "v2:…", or "v3:…"
  std::string token = {};
  // The user key's version; 0 for the pool.
  std::uint32_t key_version = 0;
  // For the pool: the master key from which its key was derived, 16 hex digits. Else empty.
  std::string kek_id = {};
};

struct DecryptOptions {
  // What Encrypt was given.
  std::string associated_data = {};
  // For values that may still be plaintext: one without a token's prefix comes back unchanged. One
  // with a prefix must open all the same. Needs a permission of its own.
  bool allow_legacy_plaintext = false;
};

struct DecryptResult {
  // Not wiped when it goes; a caller who wants that does it (OPENSSL_cleanse).
  std::string plaintext = {};
  // The version of the user's key that opened the token; 0 for the pool.
  std::uint32_t key_version = 0;
  // For the pool: the master key whose pool key opened the token. Else empty.
  std::string kek_id = {};
  // True where the value was no token and came back unchanged.
  bool legacy_plaintext = false;
  // True where encrypting anew would use a newer key.
  bool stale = false;
};

struct RewrapResult {
  // The new token; the one that was given where it is new enough.
  std::string token = {};
  // The version of the user's key that the token is under now; 0 for the pool.
  std::uint32_t key_version = 0;
  // False where the token came back as it is.
  bool changed = false;
  // For the pool: the master key whose pool key the token is under now. Else empty.
  std::string kek_id = {};
};

// One value of a batch; an Encrypt of its own.
struct EncryptItem {
  Scope scope;
  std::string plaintext = {};
  std::string associated_data = {};
  TokenFormat format = TokenFormat::kServerDefault;
};

// One token of a batch; a Decrypt of its own.
struct DecryptItem {
  Scope scope;
  std::string token = {};
  DecryptOptions options = {};
};

// One token of a batch; a Rewrap of its own.
struct RewrapItem {
  Scope scope;
  std::string token = {};
  std::string associated_data = {};
};

// In the order of the items, as many as those: what each call would have given.
using EncryptResults = std::vector<absl::StatusOr<EncryptResult>>;
using DecryptResults = std::vector<absl::StatusOr<DecryptResult>>;
using RewrapResults = std::vector<absl::StatusOr<RewrapResult>>;

struct UserKeyResult {
  KeyBytes key;
  std::uint32_t version = 0;
  // True where this call made the key.
  bool created = false;
  absl::Time create_time = {};
};

struct PoolKeyResult {
  KeyBytes key;
  // The master key from which it was derived, 16 hex digits.
  std::string kek_id = {};
};

// What a request may hold at most.
struct Limits {
  std::uint32_t max_user_id_bytes = 0;
  std::uint32_t max_plaintext_bytes = 0;
  std::uint32_t max_associated_data_bytes = 0;
  // 0 for both: the server is an older one and takes no batches.
  std::uint32_t max_batch_items = 0;
  // Of a whole batch request, as it stands on the wire.
  std::uint32_t max_batch_bytes = 0;
};

struct StatusResult {
  // The server's version, such as "0.1.0".
  std::string version = {};
  // False where the server has no usable master key.
  bool encryption_enabled = false;
  // The current master key, 16 hex digits; empty where there is none.
  std::string kek_id = {};
  // The kind of store: "sqlite".
  std::string store = {};
  Limits limits = {};
  // What Encrypt writes where it is not asked for another; kV2 for an older server, which has no
  // other.
  TokenFormat token_format = TokenFormat::kV2;
};

// What a Client talks to: a server (Client::New makes that one), or a double of it in the tests of
// a program that uses Keyward (keyward/mocks/mock_connection.h). One method for each RPC; Client's
// comments say what they do. Implementations may be called from any number of threads at once.
class Connection {
 public:
  virtual ~Connection() = default;

  virtual absl::StatusOr<EncryptResult> Encrypt(const Scope& scope, std::string_view plaintext,
                                                std::string_view associated_data,
                                                TokenFormat format) = 0;
  virtual absl::StatusOr<DecryptResult> Decrypt(const Scope& scope, std::string_view token,
                                                const DecryptOptions& options) = 0;
  virtual absl::StatusOr<RewrapResult> Rewrap(const Scope& scope, std::string_view token,
                                              std::string_view associated_data) = 0;
  virtual absl::StatusOr<EncryptResults> BatchEncrypt(absl::Span<const EncryptItem> items) = 0;
  virtual absl::StatusOr<DecryptResults> BatchDecrypt(absl::Span<const DecryptItem> items) = 0;
  virtual absl::StatusOr<RewrapResults> BatchRewrap(absl::Span<const RewrapItem> items) = 0;
  virtual absl::StatusOr<UserKeyResult> GetOrCreateUserKey(std::string_view user_id,
                                                           std::uint32_t version) = 0;
  virtual absl::StatusOr<PoolKeyResult> PoolKey() = 0;
  virtual absl::StatusOr<std::string> HashApiKey(std::string_view api_key) = 0;
  virtual absl::StatusOr<StatusResult> GetStatus() = 0;
};

}  // namespace keyward::client

#endif  // KEYWARD_CLIENT_CPP_INCLUDE_KEYWARD_CONNECTION_H_
