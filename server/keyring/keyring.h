#ifndef KEYWARD_SERVER_KEYRING_KEYRING_H_
#define KEYWARD_SERVER_KEYRING_KEYRING_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "server/crypto/random.h"
#include "server/crypto/secret_bytes.h"
#include "server/keyring/automatic_rotation.h"
#include "server/keyring/clock.h"
#include "server/keyring/kek.h"
#include "server/keyring/key_cache.h"
#include "server/keyring/key_lifecycle.h"
#include "server/keyring/key_shield.h"
#include "server/keyring/message_counter.h"
#include "server/keyring/rotation_policy.h"
#include "server/keyring/store_follower.h"
#include "server/keyring/token.h"
#include "server/keyring/user_keys.h"
#include "server/store/key_store.h"

namespace keyward::keyring {

// Whose key: a user's, or the pool's for values that belong to no user.
struct Scope {
  std::optional<std::string_view> user_id;  // empty: the pool
};

struct UserKey {
  crypto::SecretBytes key;
  uint32_t version = 0;
  bool created = false;
  absl::Time create_time;
};

struct Encrypted {
  std::string token;
  uint32_t key_version = 0;  // 0 for the pool
  std::string kek_id;        // for the pool; 16 hex digits
};

struct Decrypted {
  std::string plaintext;
  uint32_t key_version = 0;  // 0 for the pool
  std::string kek_id;        // for the pool; 16 hex digits
  bool legacy_plaintext = false;
  bool stale = false;  // not under the primary version, or the current master key's pool key
};

struct Rewrapped {
  std::string token;         // the one that was given, where it is not changed
  uint32_t key_version = 0;  // that it is under now; 0 for the pool
  bool changed = false;
  std::string kek_id;  // for the pool: whose pool key it is under now; 16 hex digits
};

struct EncryptItem {
  Scope scope;
  std::string_view plaintext;
  std::string_view associated_data;
  std::optional<TokenFormat> format = std::nullopt;  // empty: the keyring's own
};

struct DecryptItem {
  Scope scope;
  std::string_view token;
  std::string_view associated_data;
  // A value without a token's prefix comes back unchanged, needing neither key nor master key.
  bool allow_legacy_plaintext = false;
};

struct RewrapItem {
  Scope scope;
  std::string_view token;
  std::string_view associated_data;
};

// Nonces for the items of one call; not thread-safe.
using Nonces = crypto::DrawnAhead;

// The look-up hash of an API key: SHA-256, 64 lower-case hex digits. Needs no master key.
std::string ApiKeyHash(std::string_view api_key);

// What Keyward does: seals and opens values under users' keys and the pool's. Thread-safe.
//
// Arguments given by view must live until `done` was called. That happens once, possibly before the
// call returns, else later on a thread of the store; it must not block. Calls that need a key fail
// with errors::EncryptionDisabled where there is no current master key.
class Keyring {
 public:
  struct Options {
    size_t cache_max_users;
    absl::Duration cache_ttl;
    TokenFormat token_format = TokenFormat::kV2;  // of what asks for no other
    KeyLifecycle::Options lifecycle = {};
    RotationPolicy rotation = {};
  };
  template <typename T>
  using Callback = absl::AnyInvocable<void(absl::StatusOr<T>)>;
  // The same for one of several items, by its place among them. Items that wait for different users
  // may be answered at the same time, on different threads.
  template <typename T>
  using EachCallback = std::function<void(size_t item, absl::StatusOr<T>)>;

  // All must outlive it, and every call must have been answered before it ends.
  Keyring(const MasterKeys& keks, store::KeyStore& store, const Clock& clock,
          crypto::Random& random, const Options& options);

  bool encryption_enabled() const { return keks_.current() != nullptr; }
  TokenFormat token_format() const { return options_.token_format; }
  // The current master key, 16 hex digits; empty where encryption is disabled.
  std::string kek_id() const;

  // The user's key of that version, 0 for the primary one, made first where the user has none.
  void GetOrCreateUserKey(std::string_view user_id, uint32_t version, Callback<UserKey> done);

  // Gets ahead of the call of a user that is about to come, or the Tries of a few: see KeyCache.
  void Announce(std::string_view user_id) { cache_.PrefetchPlace(user_id); }
  static constexpr size_t kMaxPrefetch = KeyCache::kMaxPrefetch;
  void Prefetch(absl::Span<const std::string_view> user_ids) { cache_.Prefetch(user_ids); }
  // Nonces for `count` items, drawn at once.
  Nonces DrawNonces(size_t count) const;
  // The answer where it needs no store: the user's keys are cached, or the call fails without them.
  // Else nullopt.
  std::optional<absl::StatusOr<Encrypted>> TryEncrypt(const EncryptItem& item, Nonces& nonces);
  std::optional<absl::StatusOr<Encrypted>> TryEncrypt(const EncryptItem& item);
  std::optional<absl::StatusOr<Decrypted>> TryDecrypt(const DecryptItem& item);
  std::optional<absl::StatusOr<Rewrapped>> TryRewrap(const RewrapItem& item, Nonces& nonces);
  std::optional<absl::StatusOr<Rewrapped>> TryRewrap(const RewrapItem& item);

  // Items for which Try gave nothing. Users who have no key get theirs with one commit.
  void EncryptMany(absl::Span<const EncryptItem> items, const EachCallback<Encrypted>& each);
  void DecryptMany(absl::Span<const DecryptItem> items, const EachCallback<Decrypted>& each);
  void RewrapMany(absl::Span<const RewrapItem> items, const EachCallback<Rewrapped>& each);

  void Encrypt(const EncryptItem& item, Callback<Encrypted> done);
  void Decrypt(const DecryptItem& item, Callback<Decrypted> done);
  // Brings a token under the user's primary version, or the current master key's pool key: opens it
  // and seals anew, in the same format and under the same associated data. One that is not stale
  // comes back as it is. It fails as Decrypt of the token would, so that "not changed" always says
  // that the token opens; and as Encrypt would where the token is stale.
  void Rewrap(const RewrapItem& item, Callback<Rewrapped> done);

  // What operators do to users' keys, in step with what is cached.
  KeyLifecycle& lifecycle() { return lifecycle_; }

  KeyCache::Figures cache_figures() const { return cache_.figures(); }

  // Turns keys over by itself, as the policy says; not while they are shared with the Python
  // module.
  const AutomaticRotation& rotation() const { return rotation_; }

  // The current master key's pool key. Valid as long as this keyring. errors::EncryptionDisabled
  // after StopPool.
  absl::StatusOr<const Kek*> Pool() const;
  // The current master key was retired: nothing more is sealed for the pool. What was is opened as
  // before.
  void StopPool() { pool_stopped_.store(true, std::memory_order_relaxed); }

 private:
  TokenFormat FormatOf(const EncryptItem& item) const;
  absl::StatusOr<UserKey> Export(const UserKeys::Found& found, uint32_t version) const;
  UserKeys::Wanted Want(const EncryptItem& item, Callback<Encrypted> done);
  UserKeys::Wanted Want(const DecryptItem& item, Callback<Decrypted> done);
  UserKeys::Wanted Want(const RewrapItem& item, Callback<Rewrapped> done);
  absl::StatusOr<Encrypted> SealForUser(const LoadedUser& user, const EncryptItem& item,
                                        crypto::Random& nonces);
  absl::StatusOr<Rewrapped> RewrapForUser(const LoadedUser& user, const ParsedToken& token,
                                          const RewrapItem& item, crypto::Random& nonces);
  absl::StatusOr<Encrypted> SealForPool(const EncryptItem& item, crypto::Random& nonces) const;
  absl::StatusOr<Decrypted> OpenForUser(const LoadedUser& user, const ParsedToken& token,
                                        const DecryptItem& item) const;
  absl::StatusOr<Decrypted> OpenForPool(const ParsedToken& token, const DecryptItem& item) const;

  const MasterKeys& keks_;
  const Options options_;
  crypto::Random& random_;
  std::atomic<bool> pool_stopped_ = false;
  KeyShield shield_;
  KeyCache cache_;
  UserKeys users_;
  StoreFollower follower_;
  KeyLifecycle lifecycle_;
  AutomaticRotation rotation_;
  MessageCounter messages_;  // last: its last samples are shown to all of the above
};

}  // namespace keyward::keyring

#endif  // KEYWARD_SERVER_KEYRING_KEYRING_H_
