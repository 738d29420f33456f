#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "server/errors/errors.h"
#include "tests/keyring/keyring_rig.h"

namespace keyward::keyring {
namespace {

using Call = store::FaultyKeyStore::Call;

constexpr Scope kAlice{"alice"};

class KeyringRewrapTest : public KeyringRig {
 protected:
  std::string RewrapReason(const std::string& token, std::string_view data = "") {
    return errors::Reason(Rewrap(kAlice, token, data).status());
  }
};

TEST_F(KeyringRewrapTest, AStaleTokenComesUnderThePrimaryVersionWithItsAssociatedData) {
  const std::string old = Encrypt(kAlice, "secret", "orders")->token;
  ASSERT_TRUE(Rotate("alice").ok());
  const auto rewrapped = Rewrap(kAlice, old, "orders");
  ASSERT_TRUE(rewrapped.ok()) << rewrapped.status();
  EXPECT_TRUE(rewrapped->changed);
  EXPECT_EQ(rewrapped->key_version, 2);
  const auto opened = Decrypt(kAlice, rewrapped->token, "orders");
  EXPECT_EQ(opened->plaintext, "secret");
  EXPECT_FALSE(opened->stale);
  EXPECT_EQ(errors::Reason(Decrypt(kAlice, rewrapped->token, "").status()), "DECRYPTION_FAILED");
}

TEST_F(KeyringRewrapTest, ATokenThatIsNotStaleComesBackAsItIs) {
  const std::string token = Encrypt(kAlice, "secret")->token;
  for (const std::string& given : {token, token.substr(3)}) {
    const auto rewrapped = Rewrap(kAlice, given);
    ASSERT_TRUE(rewrapped.ok()) << rewrapped.status();
    EXPECT_FALSE(rewrapped->changed);
    EXPECT_EQ(rewrapped->token, given);
    EXPECT_EQ(rewrapped->key_version, 1);
  }
}

TEST_F(KeyringRewrapTest, ThePoolsTokenComesUnderTheCurrentMasterKey) {
  const std::string old = Encrypt(kPool, "secret", "x")->token;
  keyring_ = With(TurnedOverKeks());
  const auto rewrapped = Rewrap(kPool, old, "x");
  ASSERT_TRUE(rewrapped.ok()) << rewrapped.status();
  EXPECT_TRUE(rewrapped->changed);
  EXPECT_EQ(rewrapped->kek_id, TurnedOverKeks().current()->hex_id());
  EXPECT_EQ(rewrapped->key_version, 0);
  EXPECT_FALSE(Decrypt(kPool, rewrapped->token, "x")->stale);
  const auto again = Rewrap(kPool, rewrapped->token, "x");
  EXPECT_FALSE(again->changed);
  EXPECT_EQ(again->token, rewrapped->token);
  EXPECT_EQ(again->kek_id, TurnedOverKeks().current()->hex_id());
}

TEST_F(KeyringRewrapTest, WhatDoesNotOpenIsNotRewrapped) {
  const std::string token = Encrypt(kAlice, "secret", "orders")->token;
  EXPECT_EQ(RewrapReason(token, "other"), "DECRYPTION_FAILED");
  EXPECT_EQ(RewrapReason("v2:?"), "TOKEN_MALFORMED");
  EXPECT_EQ(errors::Reason(Rewrap(kPool, token, "orders").status()), "DECRYPTION_FAILED");
  EXPECT_EQ(errors::Reason(Rewrap(Scope{"nobody"}, token).status()), "USER_KEY_NOT_FOUND");
}

TEST_F(KeyringRewrapTest, UnderADisabledPrimaryVersionNothingIsSealedAndNothingVouchedFor) {
  const std::string old = Encrypt(kAlice, "secret")->token;
  ASSERT_TRUE(Rotate("alice").ok());
  const std::string current = Encrypt(kAlice, "secret")->token;
  ASSERT_TRUE(
      Do([](auto& verbs, auto done) { verbs.Disable("alice", 2, "", std::move(done)); }).ok());
  EXPECT_TRUE(Decrypt(kAlice, old).ok());
  EXPECT_EQ(RewrapReason(old), "USER_KEY_DISABLED");
  EXPECT_EQ(RewrapReason(current), "USER_KEY_DISABLED") << "it does not open either";
}

TEST_F(KeyringRewrapTest, ATokenBelowTheMinimumVersionIsTooOldToBeRewrapped) {
  const std::string old = Encrypt(kAlice, "secret")->token;
  ASSERT_TRUE(Rotate("alice").ok());
  ASSERT_TRUE(Do([](auto& verbs, auto done) {
                verbs.SetMinimumVersion("alice", 2, "", std::move(done));
              }).ok());
  EXPECT_EQ(RewrapReason(old), "VERSION_TOO_OLD");
}

TEST_F(KeyringRewrapTest, WithoutAMasterKeyItIsRefused) {
  const std::string token = Encrypt(kAlice, "secret")->token;
  const MasterKeys none;
  keyring_ = With(none);
  EXPECT_EQ(RewrapReason(token), "ENCRYPTION_DISABLED");
}

TEST_F(KeyringRewrapTest, ManyAreRewrappedEachForItself) {
  const std::string alices = Encrypt(kAlice, "a")->token;
  const std::string bobs = Encrypt(Scope{"bob"}, "b")->token;
  ASSERT_TRUE(Rotate("alice").ok());
  keyring_ = With(ExampleKeks());  // with nothing cached
  const int finds = store_.Count(Call::kFind);
  const std::vector<RewrapItem> items = {{kAlice, alices, ""},
                                         {kAlice, bobs, ""},
                                         {Scope{"nobody"}, alices, ""},
                                         {Scope{"bob"}, bobs, ""}};
  Nonces nonces = keyring_->DrawNonces(items.size());
  for (const RewrapItem& item : items) EXPECT_FALSE(keyring_->TryRewrap(item, nonces));
  std::vector<Awaited<Rewrapped>> answers(items.size());
  keyring_->RewrapMany(items, [&](size_t i, absl::StatusOr<Rewrapped> rewrapped) {
    answers[i].Callback()(std::move(rewrapped));
  });
  EXPECT_EQ(answers[0].Take()->key_version, 2);
  EXPECT_EQ(errors::Reason(answers[1].Take().status()), "DECRYPTION_FAILED");
  EXPECT_EQ(errors::Reason(answers[2].Take().status()), "USER_KEY_NOT_FOUND");
  EXPECT_FALSE(answers[3].Take()->changed);
  EXPECT_EQ(store_.Count(Call::kFind), finds + 1);
  EXPECT_TRUE((*keyring_->TryRewrap(items[0], nonces))->changed) << "now without the store";
}

}  // namespace
}  // namespace keyward::keyring
