#include <string>
#include <utility>

#include "absl/functional/function_ref.h"
#include "server/errors/errors.h"
#include "server/keyring/keyring.h"
#include "server/keyring/token.h"

// The part of Keyring that brings tokens to the newest keys.
namespace keyward::keyring {
namespace {

using Seal = absl::FunctionRef<absl::StatusOr<Encrypted>(const EncryptItem&)>;

DecryptItem ToOpen(const RewrapItem& item) {
  return {item.scope, item.token, item.associated_data};
}

absl::StatusOr<Rewrapped> Reseal(const RewrapItem& item, TokenFormat format,
                                 absl::StatusOr<Decrypted> opened, Seal seal) {
  if (!opened.ok()) return opened.status();
  if (!opened->stale) {
    crypto::Wipe(opened->plaintext);
    return Rewrapped{.token = std::string(item.token),
                     .key_version = opened->key_version,
                     .changed = false,
                     .kek_id = std::move(opened->kek_id)};
  }
  auto sealed = seal({item.scope, opened->plaintext, item.associated_data, format});
  crypto::Wipe(opened->plaintext);
  if (!sealed.ok()) return sealed.status();
  return Rewrapped{.token = std::move(sealed->token),
                   .key_version = sealed->key_version,
                   .changed = true,
                   .kek_id = std::move(sealed->kek_id)};
}

}  // namespace

std::optional<absl::StatusOr<Rewrapped>> Keyring::TryRewrap(const RewrapItem& item,
                                                            Nonces& nonces) {
  if (!encryption_enabled()) return errors::EncryptionDisabled();
  const auto token = ParseToken(item.token);
  if (!token.ok()) return token.status();
  if (!item.scope.user_id) {
    return Reseal(item, token->format, OpenForPool(*token, ToOpen(item)),
                  [&](const EncryptItem& plain) { return SealForPool(plain, nonces); });
  }
  const auto user = users_.Cached(*item.scope.user_id);
  if (!user) return std::nullopt;
  return RewrapForUser(*user, *token, item, nonces);
}

std::optional<absl::StatusOr<Rewrapped>> Keyring::TryRewrap(const RewrapItem& item) {
  Nonces nonce = DrawNonces(1);
  return TryRewrap(item, nonce);
}

void Keyring::RewrapMany(absl::Span<const RewrapItem> items, const EachCallback<Rewrapped>& each) {
  std::vector<UserKeys::Wanted> wanted;
  wanted.reserve(items.size());
  for (size_t i = 0; i < items.size(); ++i) {
    wanted.push_back(Want(items[i], [each, i](auto rewrapped) { each(i, std::move(rewrapped)); }));
  }
  users_.Load(std::move(wanted));
}

void Keyring::Rewrap(const RewrapItem& item, Callback<Rewrapped> done) {
  if (auto rewrapped = TryRewrap(item)) return done(*std::move(rewrapped));
  users_.LoadOne(Want(item, std::move(done)));
}

UserKeys::Wanted Keyring::Want(const RewrapItem& item, Callback<Rewrapped> done) {
  return {std::string(*item.scope.user_id), UserKeys::IfMissing::kFail,
          [this, item, done = std::move(done)](auto found) mutable {
            if (!found.ok()) return done(found.status());
            const auto token = ParseToken(item.token);
            if (!token.ok()) return done(token.status());
            done(RewrapForUser(found->user, *token, item, random_));
          }};
}

absl::StatusOr<Rewrapped> Keyring::RewrapForUser(const LoadedUser& user, const ParsedToken& token,
                                                 const RewrapItem& item, crypto::Random& nonces) {
  return Reseal(item, token.format, OpenForUser(user, token, ToOpen(item)),
                [&](const EncryptItem& plain) { return SealForUser(user, plain, nonces); });
}

}  // namespace keyward::keyring
