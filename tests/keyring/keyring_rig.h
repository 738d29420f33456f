#ifndef KEYWARD_TESTS_KEYRING_KEYRING_RIG_H_
#define KEYWARD_TESTS_KEYRING_KEYRING_RIG_H_

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>

#include "server/keyring/keyring.h"
#include "server/store/faulty_key_store.h"
#include "tests/keyring/awaited.h"
#include "tests/keyring/holding_key_store.h"
#include "tests/keyring/known_keys.h"

namespace keyward::keyring {

inline constexpr Scope kPool{};

// A keyring on a store in memory, whose calls wait for their answers.
class KeyringRig : public ::testing::Test {
 protected:
  // `keks` must outlive the rig.
  std::unique_ptr<Keyring> With(const MasterKeys& keks,
                                const Keyring::Options& options = {.cache_max_users = 1000,
                                                                   .cache_ttl = absl::Minutes(5)}) {
    return std::make_unique<Keyring>(keks, store_, clock_, crypto::SystemRandom(), options);
  }

  absl::StatusOr<Encrypted> Encrypt(const Scope& scope, std::string_view plaintext,
                                    std::string_view data = "") {
    return Await<Encrypted>([&](auto done) {
      keyring_->Encrypt({scope, plaintext, data}, std::move(done));
    });
  }

  absl::StatusOr<Decrypted> Decrypt(const Scope& scope, std::string_view token,
                                    std::string_view data = "") {
    return Await<Decrypted>([&](auto done) {
      keyring_->Decrypt({scope, token, data}, std::move(done));
    });
  }

  absl::StatusOr<Rewrapped> Rewrap(const Scope& scope, std::string_view token,
                                   std::string_view data = "") {
    return Await<Rewrapped>([&](auto done) {
      keyring_->Rewrap({scope, token, data}, std::move(done));
    });
  }

  // A verb of the keyring's lifecycle, by a function that calls it.
  template <typename Verb>
  absl::StatusOr<store::UserKeys> Do(const Verb& verb) {
    return Await<store::UserKeys>([&](auto done) { verb(keyring_->lifecycle(), std::move(done)); });
  }
  absl::StatusOr<store::UserKeys> Stored(const std::string& user_id) {
    return Await<store::UserKeys>([&](auto done) { behind_->Find(user_id, std::move(done)); });
  }
  absl::StatusOr<store::UserKeys> Rotate(const std::string& user_id,
                                         const std::string& request_id = "",
                                         const std::string& etag = "") {
    return Do([&](KeyLifecycle& lifecycle, auto done) {
      lifecycle.Rotate(user_id, request_id, etag, std::move(done));
    });
  }

  absl::StatusOr<UserKey> GetKey(std::string_view user_id, uint32_t version = 0) {
    return Await<UserKey>(
        [&](auto done) { keyring_->GetOrCreateUserKey(user_id, version, std::move(done)); });
  }

  template <typename T, typename Start>
  static absl::StatusOr<T> Await(const Start& start) {
    Awaited<T> answer;
    start(answer.Callback());
    return answer.Take();
  }

  FakeClock clock_;
  HoldingKeyStore* const behind_ = new HoldingKeyStore;
  store::FaultyKeyStore store_{std::unique_ptr<store::KeyStore>(behind_)};
  std::unique_ptr<Keyring> keyring_ = With(ExampleKeks());
};

}  // namespace keyward::keyring

#endif  // KEYWARD_TESTS_KEYRING_KEYRING_RIG_H_
