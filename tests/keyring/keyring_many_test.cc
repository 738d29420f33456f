#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "server/errors/errors.h"
#include "tests/keyring/keyring_rig.h"

namespace keyward::keyring {
namespace {

using Call = store::FaultyKeyStore::Call;

class KeyringManyTest : public KeyringRig {
 protected:
  // One result for each item, in order, through the store.
  std::vector<absl::StatusOr<Encrypted>> EncryptAll(const std::vector<EncryptItem>& items) {
    std::vector<Awaited<Encrypted>> answers(items.size());
    keyring_->EncryptMany(items, [&](size_t i, absl::StatusOr<Encrypted> sealed) {
      answers[i].Callback()(std::move(sealed));
    });
    std::vector<absl::StatusOr<Encrypted>> results;
    for (auto& answer : answers) results.push_back(answer.Take());
    return results;
  }

  std::vector<absl::StatusOr<Decrypted>> DecryptAll(const std::vector<DecryptItem>& items) {
    std::vector<Awaited<Decrypted>> answers(items.size());
    keyring_->DecryptMany(items, [&](size_t i, absl::StatusOr<Decrypted> opened) {
      answers[i].Callback()(std::move(opened));
    });
    std::vector<absl::StatusOr<Decrypted>> results;
    for (auto& answer : answers) results.push_back(answer.Take());
    return results;
  }
};

TEST_F(KeyringManyTest, NewUsersGetTheirKeysTogetherAndEachItemItsOwn) {
  const auto sealed = EncryptAll(
      {{Scope{"alice"}, "1", ""}, {Scope{"bob"}, "2", "orders"}, {Scope{"alice"}, "3", ""}});
  EXPECT_EQ(store_.Count(Call::kFind), 1);
  EXPECT_EQ(store_.Count(Call::kCreate), 1);
  EXPECT_EQ(behind_->size(), 2);
  EXPECT_EQ(Decrypt(Scope{"alice"}, sealed[0]->token)->plaintext, "1");
  EXPECT_EQ(Decrypt(Scope{"bob"}, sealed[1]->token, "orders")->plaintext, "2");
  EXPECT_EQ(Decrypt(Scope{"alice"}, sealed[2]->token)->plaintext, "3");
}

TEST_F(KeyringManyTest, OneThatDoesNotOpenSpoilsNoOther) {
  const std::string alices = Encrypt(Scope{"alice"}, "a")->token;
  const std::string bobs = Encrypt(Scope{"bob"}, "b")->token;
  keyring_ = With(ExampleKeks());  // with nothing cached
  const auto opened = DecryptAll({{Scope{"alice"}, alices, ""},
                                  {Scope{"alice"}, bobs, ""},
                                  {Scope{"nobody"}, alices, ""},
                                  {Scope{"bob"}, bobs, ""}});
  EXPECT_EQ(opened[0]->plaintext, "a");
  EXPECT_EQ(errors::Reason(opened[1].status()), "DECRYPTION_FAILED");
  EXPECT_EQ(errors::Reason(opened[2].status()), "USER_KEY_NOT_FOUND");
  EXPECT_EQ(opened[3]->plaintext, "b");
}

TEST_F(KeyringManyTest, TryAnswersWhatNeedsNoStoreAndNothingElse) {
  Nonces nonces = keyring_->DrawNonces(3);
  EXPECT_FALSE(keyring_->TryEncrypt({Scope{"alice"}, "x", ""}, nonces));
  EXPECT_FALSE(keyring_->TryDecrypt({Scope{"alice"}, std::string(48, 'A'), ""}));
  EXPECT_EQ(errors::Reason(keyring_->TryDecrypt({Scope{"alice"}, "!", ""})->status()),
            "TOKEN_MALFORMED");
  EXPECT_TRUE(keyring_->TryEncrypt({Scope{}, "x", ""}, nonces)->ok());
  EXPECT_EQ(store_.Count(Call::kFind), 0);
  ASSERT_TRUE(Encrypt(Scope{"alice"}, "x").ok());
  EXPECT_TRUE(keyring_->TryEncrypt({Scope{"alice"}, "x", ""}, nonces)->ok());
}

TEST_F(KeyringManyTest, NoTwoItemsShareANonceNotEvenPastThoseDrawn) {
  ASSERT_TRUE(Encrypt(Scope{"alice"}, "x").ok());
  Nonces nonces = keyring_->DrawNonces(2);
  std::vector<std::string> tokens;
  for (int i = 0; i < 4; ++i) {
    tokens.push_back(
        (*keyring_->TryEncrypt({Scope{"alice"}, "x", ""}, nonces))->token.substr(0, 19));
  }
  std::sort(tokens.begin(), tokens.end());
  EXPECT_EQ(std::unique(tokens.begin(), tokens.end()), tokens.end());
}

TEST_F(KeyringManyTest, LegacyPlaintextComesBackUnchangedWhereItIsAllowed) {
  const auto opened = keyring_->TryDecrypt({.scope = Scope{"alice"},
                                            .token = "sk-old",
                                            .associated_data = "",
                                            .allow_legacy_plaintext = true});
  ASSERT_TRUE(opened && opened->ok());
  EXPECT_EQ((*opened)->plaintext, "sk-old");
  EXPECT_TRUE((*opened)->legacy_plaintext);
  const auto broken = keyring_->TryDecrypt({.scope = Scope{"alice"},
                                            .token = "v2:?",
                                            .associated_data = "",
                                            .allow_legacy_plaintext = true});
  EXPECT_EQ(errors::Reason(broken->status()), "TOKEN_MALFORMED");
}

}  // namespace
}  // namespace keyward::keyring
