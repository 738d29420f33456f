#include "server/keyring/keyring.h"

#include <utility>

#include "server/crypto/aead.h"
#include "server/crypto/hash.h"
#include "server/crypto/xaes.h"
#include "server/errors/errors.h"
#include "server/keyring/sealing.h"

namespace keyward::keyring {
namespace {

using store::UserState;
using store::VersionState;

absl::Status CheckState(UserState state) {
  switch (state) {
    case UserState::kActive:
      return absl::OkStatus();
    case UserState::kDisabled:
      return errors::UserKeyDisabled();
    case UserState::kDeleted:
      return errors::UserKeyDeleted();
    case UserState::kDestroyed:
      return errors::UserKeyDestroyed();
  }
  return errors::StoredKeyCorrupt();
}

absl::Status CheckState(VersionState state) {
  switch (state) {
    case VersionState::kEnabled:
      return absl::OkStatus();
    case VersionState::kDisabled:
      return errors::UserKeyDisabled();
    case VersionState::kDestroyed:
      return errors::UserKeyDestroyed();
  }
  return errors::StoredKeyCorrupt();
}

absl::Status CheckUsable(const LoadedUser& user, const LoadedVersion& version) {
  if (absl::Status status = CheckState(version.state); !status.ok()) return status;
  if (version.version < user.min_version) return errors::VersionTooOld();
  return version.problem;
}

// The version with which the user's values are sealed.
absl::StatusOr<const LoadedVersion*> Primary(const LoadedUser& user) {
  if (absl::Status status = CheckState(user.state); !status.ok()) return status;
  const LoadedVersion* primary = user.Find(user.primary_version);
  if (primary == nullptr) return errors::StoredKeyCorrupt();
  if (absl::Status status = CheckUsable(user, *primary); !status.ok()) return status;
  return primary;
}

size_t NonceBytes(TokenFormat format) {
  return format == TokenFormat::kV3 ? crypto::kXaesNonceBytes : crypto::kNonceBytes;
}

}  // namespace

std::string ApiKeyHash(std::string_view api_key) { return crypto::Sha256Hex(api_key); }

Keyring::Keyring(const MasterKeys& keks, store::KeyStore& store, const Clock& clock,
                 crypto::Random& random, const Options& options)
    : keks_(keks),
      options_(options),
      random_(random),
      shield_(random),
      cache_(options.cache_max_users, options.cache_ttl, clock),
      users_(keks, store, cache_, shield_, clock, random,
             [this](const store::UserKeys& stored) { rotation_.Look(stored); }),
      follower_(store, users_),
      lifecycle_(keks, store, users_, clock, random, options.lifecycle),
      rotation_(lifecycle_, clock,
                options.lifecycle.legacy_shared ? RotationPolicy::Never() : options.rotation),
      messages_(store, clock, [this](const store::UserKeys& stored) { rotation_.Look(stored); }) {}

std::string Keyring::kek_id() const {
  return encryption_enabled() ? keks_.current()->hex_id() : std::string();
}

void Keyring::GetOrCreateUserKey(std::string_view user_id, uint32_t version,
                                 Callback<UserKey> done) {
  if (!encryption_enabled()) return done(errors::EncryptionDisabled());
  if (auto cached = users_.Cached(user_id)) {
    return done(Export(UserKeys::Found{*std::move(cached), false}, version));
  }
  // A new key is version 1: for any later one it would be made in vain.
  const auto if_missing = version <= 1 ? UserKeys::IfMissing::kCreate : UserKeys::IfMissing::kFail;
  users_.LoadOne({std::string(user_id), if_missing,
                  [this, version, done = std::move(done)](auto found) mutable {
                    if (!found.ok()) return done(found.status());
                    done(Export(*found, version));
                  }});
}

TokenFormat Keyring::FormatOf(const EncryptItem& item) const {
  return item.format.value_or(options_.token_format);
}

Nonces Keyring::DrawNonces(size_t count) const {
  return Nonces(random_, count * NonceBytes(options_.token_format));
}

std::optional<absl::StatusOr<Encrypted>> Keyring::TryEncrypt(const EncryptItem& item) {
  // While the nonce is drawn the key comes from memory.
  if (item.scope.user_id) cache_.PrefetchEntry(*item.scope.user_id);
  Nonces nonce(random_, NonceBytes(FormatOf(item)));
  return TryEncrypt(item, nonce);
}

std::optional<absl::StatusOr<Encrypted>> Keyring::TryEncrypt(const EncryptItem& item,
                                                             Nonces& nonces) {
  if (!encryption_enabled()) return errors::EncryptionDisabled();
  if (options_.lifecycle.legacy_shared && FormatOf(item) != TokenFormat::kV2) {
    return errors::LegacyShared("a v3 token");
  }
  if (!item.scope.user_id) return SealForPool(item, nonces);
  const auto user = users_.Cached(*item.scope.user_id);
  if (!user) return std::nullopt;
  return SealForUser(*user, item, nonces);
}

UserKeys::Wanted Keyring::Want(const EncryptItem& item, Callback<Encrypted> done) {
  return {std::string(*item.scope.user_id), UserKeys::IfMissing::kCreate,
          [this, item, done = std::move(done)](auto found) mutable {
            if (!found.ok()) return done(found.status());
            done(SealForUser(found->user, item, random_));
          }};
}

void Keyring::EncryptMany(absl::Span<const EncryptItem> items,
                          const EachCallback<Encrypted>& each) {
  std::vector<UserKeys::Wanted> wanted;
  wanted.reserve(items.size());
  for (size_t i = 0; i < items.size(); ++i) {
    wanted.push_back(Want(items[i], [each, i](auto sealed) { each(i, std::move(sealed)); }));
  }
  users_.Load(std::move(wanted));
}

void Keyring::Encrypt(const EncryptItem& item, Callback<Encrypted> done) {
  if (auto sealed = TryEncrypt(item)) return done(*std::move(sealed));
  users_.LoadOne(Want(item, std::move(done)));
}

std::optional<absl::StatusOr<Decrypted>> Keyring::TryDecrypt(const DecryptItem& item) {
  if (item.allow_legacy_plaintext && !HasTokenPrefix(item.token)) {
    return Decrypted{.plaintext = std::string(item.token), .kek_id = "", .legacy_plaintext = true};
  }
  if (!encryption_enabled()) return errors::EncryptionDisabled();
  const auto token = ParseToken(item.token);
  if (!token.ok()) return token.status();
  if (!item.scope.user_id) return OpenForPool(*token, item);
  const auto user = users_.Cached(*item.scope.user_id);
  if (!user) return std::nullopt;
  return OpenForUser(*user, *token, item);
}

UserKeys::Wanted Keyring::Want(const DecryptItem& item, Callback<Decrypted> done) {
  return {std::string(*item.scope.user_id), UserKeys::IfMissing::kFail,
          [this, item, done = std::move(done)](auto found) mutable {
            if (!found.ok()) return done(found.status());
            const auto token = ParseToken(item.token);
            if (!token.ok()) return done(token.status());
            done(OpenForUser(found->user, *token, item));
          }};
}

void Keyring::DecryptMany(absl::Span<const DecryptItem> items,
                          const EachCallback<Decrypted>& each) {
  std::vector<UserKeys::Wanted> wanted;
  wanted.reserve(items.size());
  for (size_t i = 0; i < items.size(); ++i) {
    wanted.push_back(Want(items[i], [each, i](auto opened) { each(i, std::move(opened)); }));
  }
  users_.Load(std::move(wanted));
}

void Keyring::Decrypt(const DecryptItem& item, Callback<Decrypted> done) {
  // While the token is read the key comes from memory.
  if (item.scope.user_id) cache_.PrefetchEntry(*item.scope.user_id);
  if (auto opened = TryDecrypt(item)) return done(*std::move(opened));
  users_.LoadOne(Want(item, std::move(done)));
}

absl::StatusOr<const Kek*> Keyring::Pool() const {
  if (!encryption_enabled() || pool_stopped_.load(std::memory_order_relaxed)) {
    return errors::EncryptionDisabled();
  }
  return keks_.current();
}

absl::StatusOr<UserKey> Keyring::Export(const UserKeys::Found& found, uint32_t version) const {
  const LoadedUser& user = found.user;
  if (absl::Status status = CheckState(user.state); !status.ok()) return status;
  const LoadedVersion* wanted = user.Find(version == 0 ? user.primary_version : version);
  if (wanted == nullptr) {
    return version == 0 ? errors::StoredKeyCorrupt() : errors::UserKeyVersionNotFound();
  }
  if (absl::Status status = CheckUsable(user, *wanted); !status.ok()) return status;
  return UserKey{.key = shield_.Unshield(*wanted->key),
                 .version = wanted->version,
                 .created = found.created,
                 .create_time = absl::FromUnixMicros(wanted->created_at_micros)};
}

absl::StatusOr<Encrypted> Keyring::SealForUser(const LoadedUser& user, const EncryptItem& item,
                                               crypto::Random& nonces) {
  const auto primary = Primary(user);
  if (!primary.ok()) return primary.status();
  Encrypted sealed{.token = SealUnder(**primary, shield_, FormatOf(item), item, nonces),
                   .key_version = (*primary)->version,
                   .kek_id = ""};
  messages_.Count(sealed.token, *item.scope.user_id, sealed.key_version);
  return sealed;
}

absl::StatusOr<Encrypted> Keyring::SealForPool(const EncryptItem& item,
                                               crypto::Random& nonces) const {
  const absl::StatusOr<const Kek*> kek = Pool();
  if (!kek.ok()) return kek.status();
  return Encrypted{.token = SealUnder(**kek, FormatOf(item), item, nonces),
                   .key_version = 0,
                   .kek_id = (*kek)->hex_id()};
}

// A v2 token does not name its version, so each is tried. One that would open, had it not been
// withdrawn, says so; one whose key cannot be had leaves open whose the token is, and says that.
absl::StatusOr<Decrypted> Keyring::OpenForUser(const LoadedUser& user, const ParsedToken& token,
                                               const DecryptItem& item) const {
  if (absl::Status status = CheckState(user.state); !status.ok()) return status;
  absl::Status unknown = errors::DecryptionFailed();
  for (const LoadedVersion& version : user.versions) {
    if (token.format == TokenFormat::kV3 && token.version != version.version) continue;
    if (!version.key) {
      if (!version.problem.ok()) unknown = version.problem;
      continue;
    }
    auto plaintext = OpenUnder(version, shield_, token, item);
    if (!plaintext) continue;
    if (absl::Status status = CheckUsable(user, version); !status.ok()) {
      crypto::Wipe(*plaintext);
      return status;
    }
    return Decrypted{.plaintext = *std::move(plaintext),
                     .key_version = version.version,
                     .kek_id = "",
                     .stale = version.version != user.primary_version};
  }
  return unknown;
}

absl::StatusOr<Decrypted> Keyring::OpenForPool(const ParsedToken& token,
                                               const DecryptItem& item) const {
  for (const Kek& kek : keks_.all()) {
    auto plaintext = OpenUnder(kek, token, item);
    if (!plaintext) continue;
    return Decrypted{.plaintext = *std::move(plaintext),
                     .key_version = 0,
                     .kek_id = kek.hex_id(),
                     .stale = &kek != keks_.current()};
  }
  return errors::DecryptionFailed();
}

}  // namespace keyward::keyring
