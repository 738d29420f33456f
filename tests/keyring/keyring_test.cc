#include "server/keyring/keyring.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "server/errors/errors.h"
#include "tests/keyring/keyring_rig.h"

namespace keyward::keyring {
namespace {

using Call = store::FaultyKeyStore::Call;

using KeyringTest = KeyringRig;

constexpr Scope kAlice{"alice"};
constexpr Scope kBob{"bob"};

TEST_F(KeyringTest, WhatWasEncryptedForAUserDecryptsForThatUser) {
  for (const std::string& plaintext : {std::string("sk-test-123"), std::string(),
                                       std::string(1 << 20, 'x'), std::string("\0\xff\xc3", 3)}) {
    const auto encrypted = Encrypt(kAlice, plaintext);
    ASSERT_TRUE(encrypted.ok()) << encrypted.status();
    EXPECT_TRUE(encrypted->token.starts_with("v2:"));
    EXPECT_EQ(encrypted->key_version, 1);
    EXPECT_EQ(encrypted->kek_id, "");
    const auto decrypted = Decrypt(kAlice, encrypted->token);
    ASSERT_TRUE(decrypted.ok()) << decrypted.status();
    EXPECT_EQ(decrypted->plaintext, plaintext);
    EXPECT_EQ(decrypted->key_version, 1);
    EXPECT_FALSE(decrypted->stale);
  }
}

TEST_F(KeyringTest, OneMessageRefusesWhatDoesNotOpenWhateverTheCause) {
  const std::string token = Encrypt(kAlice, "sk-test-123", "orders")->token;
  ASSERT_TRUE(Encrypt(kBob, "x").ok());
  std::string tampered = token;
  tampered[20] = tampered[20] == 'A' ? 'B' : 'A';
  const std::vector<absl::Status> refusals = {
      Decrypt(kBob, token, "orders").status(), Decrypt(kPool, token, "orders").status(),
      Decrypt(kAlice, token).status(), Decrypt(kAlice, token, "order").status(),
      Decrypt(kAlice, tampered, "orders").status()};
  for (const absl::Status& status : refusals) {
    EXPECT_EQ(errors::Reason(status), "DECRYPTION_FAILED");
    EXPECT_EQ(status, refusals.front());
  }
}

TEST_F(KeyringTest, TheTokensFormIsLookedAtBeforeTheUser) {
  EXPECT_EQ(errors::Reason(Decrypt(kAlice, "nonsense!").status()), "TOKEN_MALFORMED");
  EXPECT_EQ(store_.Count(Call::kFind), 0);
}

TEST_F(KeyringTest, DecryptMakesNoKey) {
  const std::string token = Encrypt(kBob, "x")->token;
  EXPECT_EQ(errors::Reason(Decrypt(kAlice, token).status()), "USER_KEY_NOT_FOUND");
  EXPECT_EQ(behind_->size(), 1);
}

TEST_F(KeyringTest, TheSameUserGetsTheSameKey) {
  const auto first = GetKey("alice");
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_TRUE(first->created);
  EXPECT_EQ(first->version, 1);
  EXPECT_EQ(first->create_time, clock_.Now());
  const auto again = GetKey("alice", 1);
  ASSERT_TRUE(again.ok());
  EXPECT_FALSE(again->created);
  EXPECT_TRUE(again->key == first->key);
  keyring_ = With(ExampleKeks());  // as after a restart
  EXPECT_TRUE(GetKey("alice")->key == first->key);
}

TEST_F(KeyringTest, AVersionThatIsNotThereIsNotFoundAndMakesNoKey) {
  EXPECT_EQ(errors::Reason(GetKey("alice", 2).status()), "USER_KEY_NOT_FOUND");
  EXPECT_EQ(behind_->size(), 0);
  ASSERT_TRUE(GetKey("alice", 1).ok());
  EXPECT_EQ(errors::Reason(GetKey("alice", 2).status()), "USER_KEY_NOT_FOUND");
}

TEST_F(KeyringTest, ThePoolOpensTheWorkedExampleAndItsOwn) {
  // docs/FORMATS.md's worked example, computed with Python's cryptography package.
  const auto example = Decrypt(kPool, "v2:QEFCQ0RFRkdISUpLUpsYo3Cjux_v1gsHl7QnEjcDNg4PyiFiLXot");
  ASSERT_TRUE(example.ok()) << example.status();
  EXPECT_EQ(example->plaintext, "sk-test-123");
  EXPECT_EQ(example->kek_id, kKekId);
  EXPECT_EQ(example->key_version, 0);
  EXPECT_FALSE(example->stale);

  const auto encrypted = Encrypt(kPool, "shared", "orders");
  ASSERT_TRUE(encrypted.ok());
  EXPECT_EQ(encrypted->kek_id, kKekId);
  EXPECT_EQ(encrypted->key_version, 0);
  EXPECT_EQ(Decrypt(kPool, encrypted->token, "orders")->plaintext, "shared");
  EXPECT_EQ(store_.Count(Call::kFind), 0);
}

TEST_F(KeyringTest, AfterTheKekTurnedOverOldTokensOpenAndPoolTokensAreStale) {
  const std::string user_token = Encrypt(kAlice, "a")->token;
  const std::string pool_token = Encrypt(kPool, "p")->token;
  keyring_ = With(TurnedOverKeks());

  const auto of_user = Decrypt(kAlice, user_token);
  ASSERT_TRUE(of_user.ok()) << of_user.status();
  EXPECT_FALSE(of_user->stale);
  const auto of_pool = Decrypt(kPool, pool_token);
  ASSERT_TRUE(of_pool.ok()) << of_pool.status();
  EXPECT_TRUE(of_pool->stale);
  EXPECT_EQ(of_pool->kek_id, kKekId);
  EXPECT_NE(keyring_->kek_id(), kKekId);
  EXPECT_EQ(Encrypt(kPool, "p")->kek_id, keyring_->kek_id());
  ASSERT_TRUE(Encrypt(kBob, "b").ok());  // a new user's key is wrapped under the current one

  const MasterKeys only_new(OtherKek(), {}, kDefaultPoolKeySalt);
  keyring_ = With(only_new);
  EXPECT_EQ(errors::Reason(Decrypt(kAlice, user_token).status()), "KEK_NOT_LOADED");
  EXPECT_EQ(errors::Reason(Encrypt(kAlice, "a").status()), "KEK_NOT_LOADED");
  EXPECT_EQ(errors::Reason(Decrypt(kPool, pool_token).status()), "DECRYPTION_FAILED");
  EXPECT_TRUE(Encrypt(kBob, "b").ok());
  keyring_.reset();
}

TEST_F(KeyringTest, WithoutAKekEverythingIsRefusedAndTheStoreNotAsked) {
  const MasterKeys none;
  keyring_ = With(none);
  EXPECT_FALSE(keyring_->encryption_enabled());
  EXPECT_EQ(keyring_->kek_id(), "");
  for (const absl::Status& status : {Encrypt(kAlice, "x").status(), Encrypt(kPool, "x").status(),
                                     GetKey("alice").status(), Decrypt(kAlice, "v2:").status(),
                                     Decrypt(kPool, "v2:").status(), keyring_->Pool().status()}) {
    EXPECT_EQ(errors::Reason(status), "ENCRYPTION_DISABLED");
  }
  EXPECT_EQ(store_.Count(Call::kFind), 0);
  keyring_.reset();
}

TEST_F(KeyringTest, HandsOutThePoolKeyOfTheCurrentKek) {
  const auto pool = keyring_->Pool();
  ASSERT_TRUE(pool.ok());
  EXPECT_EQ(*pool, ExampleKeks().current());
}

TEST_F(KeyringTest, ACachedKeyIsUsedOnTheCallersThread) {
  ASSERT_TRUE(Encrypt(kAlice, "x").ok());
  store_.Hold(Call::kFind);
  Awaited<Encrypted> answer;
  keyring_->Encrypt({kAlice, "x", ""}, answer.Callback());
  EXPECT_TRUE(answer.ready());
  store_.Release(Call::kFind);
}

TEST_F(KeyringTest, HashesAsThePythonModuleDoes) {
  EXPECT_EQ(ApiKeyHash("sk-test-123"),
            "e0dbaa0c6455768bf812d8345ec96a2677d1e3bf17dbb0020b115c80092811e6");
}

TEST_F(KeyringTest, ThreadsThatRaceForTheSameUsersGetOneKeyEach) {
  constexpr int kThreads = 8;
  constexpr int kUsers = 40;
  std::vector<std::map<std::string, std::string>> keys(kThreads);
  std::vector<int> created(kThreads, 0);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([this, &seen = keys[t], &count = created[t]] {
      for (int u = 0; u < kUsers; ++u) {
        const std::string user = "user-" + std::to_string(u);
        const auto key = GetKey(user);
        ASSERT_TRUE(key.ok()) << key.status();
        seen[user] = key->key.ExposeSecret();
        count += key->created ? 1 : 0;
        const auto token = Encrypt(Scope{user}, user);
        ASSERT_TRUE(token.ok());
        ASSERT_EQ(Decrypt(Scope{user}, token->token)->plaintext, user);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  int all_created = 0;
  std::set<std::string> distinct;
  for (int t = 0; t < kThreads; ++t) {
    EXPECT_EQ(keys[t], keys[0]);
    all_created += created[t];
  }
  for (const auto& [user, key] : keys[0]) distinct.insert(key);
  EXPECT_EQ(all_created, kUsers);
  EXPECT_EQ(distinct.size(), kUsers);
  EXPECT_EQ(behind_->size(), kUsers);
}

}  // namespace
}  // namespace keyward::keyring
