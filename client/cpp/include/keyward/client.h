#ifndef KEYWARD_CLIENT_CPP_INCLUDE_KEYWARD_CLIENT_H_
#define KEYWARD_CLIENT_CPP_INCLUDE_KEYWARD_CLIENT_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "keyward/client_options.h"
#include "keyward/connection.h"
#include "keyward/errors.h"
#include "keyward/scope.h"
#include "keyward/token_format.h"
#include "keyward/tokens.h"

namespace keyward::client {

// A client of Keyward's KeyService.
//
//   namespace kw = keyward::client;
//
//   absl::StatusOr<kw::Client> client = kw::Client::New({.address = "127.0.0.1:50051"});
//   if (!client.ok()) return client.status();
//   absl::StatusOr<kw::EncryptResult> sealed = client->Encrypt(kw::Scope::User("alice"),
//   "sk-test-123"); if (!sealed.ok()) return sealed.status(); absl::StatusOr<kw::DecryptResult>
//   opened = client->Decrypt(kw::Scope::User("alice"), sealed->token);
//
// Calls block until the answer is there or the deadline has passed. A failed one gives a status
// with the canonical code and Keyward's reason; see keyward/errors.h. Copies share one connection,
// which makes copying cheap. Thread-safe: one Client (or copies of it) may serve any number of
// threads.
class Client {
 public:
  // Checks the options and reads the TLS files; INVALID_ARGUMENT names what is wrong. The server is
  // not called yet, so this succeeds where there is none.
  static absl::StatusOr<Client> New(const ClientOptions& options);

  // For tests, with a double of the connection. `connection` must not be null.
  explicit Client(std::shared_ptr<Connection> connection);

  // Seals `plaintext` (at most 1 MiB, may be empty) under the scope's key; a user who has none gets
  // one first. `associated_data` (at most 64 KiB) is authenticated, not stored: Decrypt needs the
  // same bytes.
  absl::StatusOr<EncryptResult> Encrypt(const Scope& scope, std::string_view plaintext,
                                        std::string_view associated_data = {},
                                        TokenFormat format = TokenFormat::kServerDefault) const;

  // Opens a token of either format; its padding may be missing, and the prefix "v2:", but white
  // space may not stand around it. Reasons to expect: TOKEN_MALFORMED, DECRYPTION_FAILED,
  // USER_KEY_NOT_FOUND.
  absl::StatusOr<DecryptResult> Decrypt(const Scope& scope, std::string_view token,
                                        const DecryptOptions& options = {}) const;

  // Seals what a token holds anew, under the user's primary version or the current master key's
  // pool key, with the same `associated_data`; the plaintext stays with the server. A token that is
  // new enough comes back as it is. Needs the permission to rewrap.
  absl::StatusOr<RewrapResult> Rewrap(const Scope& scope, std::string_view token,
                                      std::string_view associated_data = {}) const;

  // Encrypts many values in one call, which costs far less than a call for each; their scopes may
  // differ. The results stand in the order of the items, each as if its Encrypt had come alone: one
  // that failed has a status with its reason, and spoils no other. The whole fails only where the
  // call does, such as INVALID_REQUEST for more than 1 000 items or 2 MiB of request (GetStatus
  // tells both limits; the request is the items' bytes and some 30 for each item), or a server that
  // cannot be reached. The call is retried like any other; an item that failed is not.
  //
  //   auto results = client.BatchEncrypt({{kw::Scope::User("alice"), "sk-1"},
  //                                       {kw::Scope::User("bob"), "sk-2"}});
  //   if (!results.ok()) return results.status();
  //   for (const absl::StatusOr<kw::EncryptResult>& sealed : *results) { … }
  absl::StatusOr<EncryptResults> BatchEncrypt(absl::Span<const EncryptItem> items) const;

  // Opens many tokens in one call, as BatchEncrypt makes them.
  absl::StatusOr<DecryptResults> BatchDecrypt(absl::Span<const DecryptItem> items) const;

  // Rewraps many tokens in one call, as BatchEncrypt makes them.
  absl::StatusOr<RewrapResults> BatchRewrap(absl::Span<const RewrapItem> items) const;

  // The user's data key, made first where there is none; `version` 0 is the primary one. Needs the
  // permission to export keys. Prefer Encrypt and Decrypt, where the key stays with the server.
  absl::StatusOr<UserKeyResult> GetOrCreateUserKey(std::string_view user_id,
                                                   std::uint32_t version = 0) const;

  // The key for values that belong to no user. Needs the permission to export keys.
  absl::StatusOr<PoolKeyResult> PoolKey() const;

  // What ApiKeyHash (keyward/tokens.h) computes here, computed by the server; `api_key` is UTF-8.
  absl::StatusOr<std::string> HashApiKey(std::string_view api_key) const;

  // What the server is, and whether it can encrypt.
  absl::StatusOr<StatusResult> GetStatus() const;

 private:
  std::shared_ptr<Connection> connection_;
};

}  // namespace keyward::client

#endif  // KEYWARD_CLIENT_CPP_INCLUDE_KEYWARD_CLIENT_H_
