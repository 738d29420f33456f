#include "server/keyring/message_counter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/crypto/aead.h"
#include "server/crypto/base64.h"
#include "server/errors/errors.h"
#include "server/keyring/key_wrap.h"
#include "tests/keyring/keyring_rig.h"
#include "tests/testing/chance.h"

namespace keyward::keyring {
namespace {

using Call = store::FaultyKeyStore::Call;

constexpr int64_t kSample = MessageCounter::kMessagesPerSample;
constexpr std::string_view kSampled = "v2:AA4CAwQFBgcICQoL";
constexpr std::string_view kOther = "v2:AB4CAwQFBgcICQoL";

class MessageCounterTest : public testing::PropertyTest {
 protected:
  MessageCounterTest() {
    for (const char* user : {"alice", "bob"}) Store(user);
    Start();
  }

  void Store(const std::string& user_id) {
    behind_->Put({.user_id = user_id,
                  .primary_version = 2,
                  .versions = {Version(2, /*messages=*/0), Version(1, /*messages=*/5)}});
  }
  static store::KeyVersion Version(uint32_t version, int64_t messages) {
    return {.version = version,
            .kek_id = std::string(kKekIdBytes, 'k'),
            .wrap_format = kWrapFormat,
            .wrapped_key = std::string(crypto::kKeyBytes + crypto::kBoxOverhead, 'w'),
            .messages = messages};
  }
  void Start() {
    counter_ = std::make_unique<MessageCounter>(store_, clock_, [this](const auto& stored) {
      seen_.push_back(absl::StrCat(stored.user_id, " ", stored.versions.front().messages));
    });
    clock_.AwaitWaits(++waits_);
  }
  // Lets the counter store what it holds, once.
  void PassInterval() {
    clock_.Advance(absl::Seconds(2));
    clock_.AwaitWaits(++waits_);
  }
  int64_t Messages(const std::string& user_id, uint32_t version) {
    Awaited<store::UserKeys> found;
    behind_->Find(user_id, found.Callback());
    const auto user = found.Take();
    for (const store::KeyVersion& key : user->versions) {
      if (key.version == version) return key.messages;
    }
    return -1;
  }

  FakeClock clock_;
  int waits_ = 0;
  store::FakeKeyStore* const behind_ = new store::FakeKeyStore;
  store::FaultyKeyStore store_{std::unique_ptr<store::KeyStore>(behind_)};
  std::vector<std::string> seen_;
  std::unique_ptr<MessageCounter> counter_;
};

TEST_F(MessageCounterTest, TheEstimateIsWithinItsError) {
  constexpr int kMessages = 1 << 21;
  std::string token;
  for (int i = 0; i < kMessages; ++i) {
    token = "v2:";
    crypto::AppendBase64Url(chance_.Bytes(3), token);  // what a nonce begins with
    counter_->Count(token, "alice", 2);
  }
  PassInterval();
  const double deviation = 64 * std::sqrt(kMessages);
  EXPECT_NEAR(static_cast<double>(Messages("alice", 2)), kMessages, 5 * deviation);
}

TEST_F(MessageCounterTest, SamplesAreAddedUpAndStoredWithOneCommit) {
  for (int i = 0; i < 3; ++i) counter_->Count(kSampled, "alice", 2);
  counter_->Count(kSampled, "alice", 1);
  counter_->Count(kSampled, "bob", 1);
  EXPECT_EQ(store_.Count(Call::kUpdate), 0) << "not on the call's path";
  PassInterval();
  EXPECT_EQ(store_.Count(Call::kUpdate), 1);
  EXPECT_EQ(Messages("alice", 2), 3 * kSample);
  EXPECT_EQ(Messages("alice", 1), kSample + 5);
  EXPECT_EQ(Messages("bob", 1), kSample + 5);
  EXPECT_EQ(Messages("bob", 2), 0);
}

TEST_F(MessageCounterTest, OnlyV2TokensWhoseNonceBeginsWithTwelveZeroBitsAreSamples) {
  for (const std::string_view token :
       {kOther, std::string_view("v2:BA4C"), std::string_view("v3:AA4C"), std::string_view()}) {
    counter_->Count(token, "alice", 2);
  }
  PassInterval();
  EXPECT_EQ(store_.Count(Call::kUpdate), 0);
  std::string token = "v2:";
  crypto::AppendBase64Url(std::string_view("\0\x0f\xff", 3), token);
  counter_->Count(token, "alice", 2);
  PassInterval();
  EXPECT_EQ(Messages("alice", 2), kSample);
}

TEST_F(MessageCounterTest, WhatIsStoredIsShown) {
  counter_->Count(kSampled, "alice", 2);
  PassInterval();
  EXPECT_EQ(seen_, std::vector<std::string>{"alice 4096"});
}

TEST_F(MessageCounterTest, TheEndStoresWhatIsLeft) {
  counter_->Count(kSampled, "alice", 2);
  counter_.reset();
  EXPECT_EQ(Messages("alice", 2), kSample);
}

TEST_F(MessageCounterTest, AStoreThatFailsIsTriedAgainWithAllThatWasCountedMeanwhile) {
  counter_->Count(kSampled, "alice", 2);
  store_.Fail(Call::kUpdate, errors::StoreUnavailable("disk full"));
  PassInterval();
  counter_->Count(kSampled, "alice", 2);
  counter_->Count(kSampled, "bob", 2);
  PassInterval();
  EXPECT_EQ(store_.Count(Call::kUpdate), 2);
  store_.Fail(Call::kUpdate, absl::OkStatus());
  PassInterval();
  EXPECT_EQ(Messages("alice", 2), 2 * kSample);
  EXPECT_EQ(Messages("bob", 2), kSample);
}

TEST_F(MessageCounterTest, CountsOfAUserOrVersionThatIsNotThereAreDropped) {
  counter_->Count(kSampled, "nobody", 1);
  counter_->Count(kSampled, "alice", 9);
  PassInterval();
  PassInterval();
  EXPECT_EQ(store_.Count(Call::kUpdate), 1);
  EXPECT_EQ(Messages("alice", 2), 0);
}

TEST_F(MessageCounterTest, SoManyUsersAreKeptAndNoMore) {
  for (size_t i = 0; i <= MessageCounter::kMaxUsers; ++i) {
    const std::string user_id = absl::StrCat("user-", i);
    Store(user_id);
    counter_->Count(kSampled, user_id, 2);
  }
  store_.Fail(Call::kUpdate, errors::StoreUnavailable("disk full"));
  PassInterval();
  counter_->Count(kSampled, "alice", 2);
  store_.Fail(Call::kUpdate, absl::OkStatus());
  PassInterval();
  EXPECT_EQ(seen_.size(), MessageCounter::kMaxUsers);
  EXPECT_EQ(Messages("alice", 2), 0);
}

// Nonces that are all samples, and keys that differ.
class ZeroNonce : public crypto::Random {
 public:
  void Fill(absl::Span<uint8_t> out) override {
    if (out.size() == crypto::kKeyBytes) return crypto::SystemRandom().Fill(out);
    std::fill(out.begin(), out.end(), uint8_t{0});
  }
};

// In a whole keyring.
class CountedKeyringTest : public KeyringRig {
 protected:
  CountedKeyringTest() { Restart({}); }

  void Restart(RotationPolicy policy, bool legacy_shared = false) {
    keyring_.reset();
    keyring_ =
        std::make_unique<Keyring>(ExampleKeks(), store_, clock_, zero_,
                                  Keyring::Options{.cache_max_users = 1000,
                                                   .cache_ttl = absl::Minutes(5),
                                                   .lifecycle = {.legacy_shared = legacy_shared},
                                                   .rotation = policy});
  }

  ZeroNonce zero_;
};

TEST_F(CountedKeyringTest, EverythingThatIsSealedForAUserIsCounted) {
  constexpr Scope kAlice{"alice"};
  const std::string token = Encrypt(kAlice, "1")->token;
  Nonces nonces = keyring_->DrawNonces(2);
  ASSERT_TRUE((*keyring_->TryEncrypt({kAlice, "2", ""}, nonces)).ok());
  ASSERT_TRUE(Encrypt(kPool, "3").ok());
  ASSERT_TRUE(Decrypt(kAlice, token).ok());
  ASSERT_TRUE(Rotate("alice").ok());
  ASSERT_TRUE((*Rewrap(kAlice, token)).changed);
  keyring_.reset();
  EXPECT_EQ(Stored("alice")->versions[1].messages, 2 * kSample);
  EXPECT_EQ(Stored("alice")->versions[0].messages, kSample);
  EXPECT_EQ(Stored("alice")->etag, 2) << "counting is no change that an operator makes";
}

TEST_F(CountedKeyringTest, AKeyWithTooManyMessagesIsRotatedOnceTheyAreStored) {
  Restart({.max_messages = 2 * kSample});
  ASSERT_TRUE(Encrypt(Scope{"alice"}, "1").ok());
  ASSERT_TRUE(Encrypt(Scope{"bob"}, "1").ok());
  ASSERT_TRUE(Encrypt(Scope{"alice"}, "2").ok());
  keyring_.reset();
  EXPECT_EQ(Stored("alice")->primary_version, 2);
  EXPECT_EQ(Stored("bob")->primary_version, 1);
}

TEST_F(CountedKeyringTest, AKeyThatIsTooOldIsRotatedWhenItIsLoaded) {
  ASSERT_TRUE(Encrypt(Scope{"alice"}, "1").ok());
  Restart({.max_age = absl::Hours(1)});
  clock_.Advance(absl::Hours(1));
  EXPECT_EQ(Encrypt(Scope{"alice"}, "2")->key_version, 1) << "no call waits for it";
  keyring_.reset();
  EXPECT_EQ(Stored("alice")->primary_version, 2);
}

TEST_F(CountedKeyringTest, NothingIsRotatedWhileTheDatabaseIsSharedWithThePythonModule) {
  ASSERT_TRUE(Encrypt(Scope{"alice"}, "1").ok());
  Restart({.max_age = absl::Hours(1), .max_messages = 1}, /*legacy_shared=*/true);
  clock_.Advance(absl::Hours(1));
  ASSERT_TRUE(Encrypt(Scope{"alice"}, "2").ok());
  EXPECT_EQ(keyring_->rotation().policy().DueReason(*Stored("alice"), clock_.Now()), "");
  keyring_.reset();
  EXPECT_EQ(Stored("alice")->primary_version, 1);
}

}  // namespace
}  // namespace keyward::keyring
