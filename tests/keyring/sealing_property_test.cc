// What was sealed opens, and what was changed does not: tokens, and stored keys.
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "server/errors/errors.h"
#include "server/keyring/key_wrap.h"
#include "server/keyring/token.h"
#include "tests/keyring/keyring_rig.h"
#include "tests/testing/chance.h"

namespace keyward::keyring {
namespace {

// The limits of the API.
constexpr size_t kMaxPlaintext = size_t{1} << 20;
constexpr size_t kMaxData = size_t{64} << 10;
constexpr size_t kMaxUserId = 256;

// All that differs from `value` in one bit, lacks bytes at its end or its front, or has one more.
std::vector<std::string> Changed(const std::string& value) {
  std::vector<std::string> changed;
  for (size_t bit = 0; bit < value.size() * 8; ++bit) {
    changed.push_back(value);
    changed.back()[bit / 8] = static_cast<char>(changed.back()[bit / 8] ^ (1 << bit % 8));
  }
  for (size_t size = 0; size < value.size(); ++size) {
    changed.push_back(value.substr(0, size));
    changed.push_back(value.substr(value.size() - size));
  }
  for (const char more : {'\0', 'x'}) {
    changed.push_back(value + more);
    changed.push_back(more + value);
  }
  return changed;
}

class SealingPropertyTest : public ::keyward::testing::PropertyTest {
 protected:
  std::string UserId() { return chance_.Bytes(1 + chance_.Size(kMaxUserId - 1)); }
  Scope UserOrPool() {
    if (chance_.OneIn(4)) return kPool;
    user_id_ = UserId();
    return Scope{user_id_};
  }

  // In either format.
  std::string Seal(const Scope& scope, std::string_view plaintext, std::string_view data) {
    return Seal(scope, plaintext, data, chance_.OneIn(2) ? TokenFormat::kV2 : TokenFormat::kV3);
  }
  std::string Seal(const Scope& scope, std::string_view plaintext, std::string_view data,
                   TokenFormat format) {
    Awaited<Encrypted> answer;
    keyring_.Encrypt({scope, plaintext, data, format}, answer.Callback());
    const auto sealed = answer.Take();
    EXPECT_TRUE(sealed.ok()) << sealed.status();
    return sealed.ok() ? sealed->token : "";
  }
  absl::StatusOr<Decrypted> Open(const Scope& scope, std::string_view token,
                                 std::string_view data) {
    Awaited<Decrypted> answer;
    keyring_.Decrypt({.scope = scope, .token = token, .associated_data = data}, answer.Callback());
    return answer.Take();
  }
  std::string Refusal(const Scope& scope, std::string_view token, std::string_view data) {
    return errors::Reason(Open(scope, token, data).status());
  }

  FakeClock clock_;
  store::FakeKeyStore store_;
  Keyring keyring_{TurnedOverKeks(),
                   store_,
                   clock_,
                   crypto::SystemRandom(),
                   {.cache_max_users = 100, .cache_ttl = absl::Minutes(5)}};
  std::string user_id_;
};

TEST_F(SealingPropertyTest, WhatIsSealedOpens) {
  for (int i = 0; i < 400; ++i) {
    const Scope scope = UserOrPool();
    const std::string plaintext = chance_.Bytes(chance_.Size(kMaxPlaintext));
    const std::string data = chance_.Bytes(chance_.Size(kMaxData));
    SCOPED_TRACE(std::to_string(plaintext.size()) + ", " + std::to_string(data.size()));
    const auto opened = Open(scope, Seal(scope, plaintext, data), data);
    ASSERT_TRUE(opened.ok()) << opened.status();
    ASSERT_TRUE(opened->plaintext == plaintext);
    ASSERT_FALSE(opened->stale);
  }
}

TEST_F(SealingPropertyTest, AChangedTokenDoesNotOpen) {
  for (int i = 0; i < 50; ++i) {
    const Scope scope = UserOrPool();
    const std::string data = chance_.Bytes(chance_.Below(20));
    const std::string token = Seal(scope, chance_.Bytes(chance_.Below(40)), data);
    const auto parsed = ParseToken(token);
    const size_t least = parsed->format == TokenFormat::kV3 ? 44 : 28;
    for (const std::string& bytes : Changed(parsed->bytes)) {
      const std::string expected = bytes.size() < least ? "TOKEN_MALFORMED" : "DECRYPTION_FAILED";
      ASSERT_EQ(Refusal(scope, WriteToken(parsed->format, bytes), data), expected) << bytes.size();
    }
    ASSERT_TRUE(Open(scope, token, data).ok());
  }
}

TEST_F(SealingPropertyTest, ATokensTextHasOnlyItsOwnSpellings) {
  for (const TokenFormat format : {TokenFormat::kV2, TokenFormat::kV3}) {
    const std::string token = Seal(kPool, "sk-test-123", "", format);
    // Padding may be missing, where there is some; and v2's prefix.
    std::set<std::string> spellings = {token.substr(0, token.find('='))};
    if (format == TokenFormat::kV2) {
      spellings.insert(token.substr(3));
      spellings.insert(token.substr(3, token.find('=') - 3));
    }
    for (const std::string& text : Changed(token)) {
      if (spellings.contains(text)) continue;
      ASSERT_FALSE(Open(kPool, text, "").ok()) << text;
    }
  }
}

TEST_F(SealingPropertyTest, OtherAssociatedDataDoesNotOpen) {
  for (int i = 0; i < 50; ++i) {
    const Scope scope = UserOrPool();
    const std::string data = chance_.Bytes(chance_.Below(24));
    const std::string token = Seal(scope, chance_.Bytes(chance_.Below(40)), data);
    for (const std::string& other : Changed(data)) {
      ASSERT_EQ(Refusal(scope, token, other), "DECRYPTION_FAILED");
    }
  }
}

TEST_F(SealingPropertyTest, AnotherScopeDoesNotOpen) {
  for (int i = 0; i < 200; ++i) {
    const std::string first = UserId();
    const std::string second = chance_.OneIn(2) ? UserId() : first + '\0';
    if (first == second) continue;
    const std::string data = chance_.Bytes(chance_.Below(20));
    const std::string token = Seal(Scope{first}, "x", data);
    Seal(Scope{second}, "y", data);
    ASSERT_EQ(Refusal(Scope{second}, token, data), "DECRYPTION_FAILED");
    ASSERT_EQ(Refusal(kPool, token, data), "DECRYPTION_FAILED");
    ASSERT_EQ(Refusal(Scope{first}, Seal(kPool, "x", data), data), "DECRYPTION_FAILED");
  }
}

class WrappingPropertyTest : public ::keyward::testing::PropertyTest {
 protected:
  struct Case {
    std::string user_id;
    store::KeyVersion row;
    crypto::SecretBytes key;
  };
  Case Random() {
    auto key = crypto::SecretBytes::CopyOf(chance_.Bytes(crypto::kKeyBytes));
    const Kek& kek = keks_.all()[chance_.Below(keks_.all().size())];
    std::string user_id = chance_.Bytes(1 + chance_.Size(kMaxUserId - 1));
    const size_t versions = chance_.OneIn(2) ? 3 : 0xffff'fffe;
    const auto version = static_cast<uint32_t>(1 + chance_.Below(versions));
    store::KeyVersion row =
        WrapKey(kek, user_id, version, key, absl::UnixEpoch(), crypto::SystemRandom());
    return {std::move(user_id), std::move(row), std::move(key)};
  }
  std::string Refusal(std::string_view user_id, const store::KeyVersion& row) {
    return errors::Reason(UnwrapKey(keks_, user_id, row).status());
  }

  const MasterKeys& keks_ = TurnedOverKeks();
};

TEST_F(WrappingPropertyTest, AWrappedKeyOpensAsItIsAndNotOtherwise) {
  for (int i = 0; i < 20; ++i) {
    const Case each = Random();
    const auto opened = UnwrapKey(keks_, each.user_id, each.row);
    ASSERT_TRUE(opened.ok()) << opened.status();
    ASSERT_TRUE(*opened == each.key);
    for (const std::string& wrapped : Changed(each.row.wrapped_key)) {
      store::KeyVersion row = each.row;
      row.wrapped_key = wrapped;
      ASSERT_EQ(Refusal(each.user_id, row), "STORED_KEY_CORRUPT");
    }
    for (const std::string& user_id : Changed(each.user_id)) {
      ASSERT_EQ(Refusal(user_id, each.row), "STORED_KEY_CORRUPT");
    }
    for (const std::string& kek_id : Changed(each.row.kek_id)) {
      store::KeyVersion row = each.row;
      row.kek_id = kek_id;
      ASSERT_EQ(Refusal(each.user_id, row),
                kek_id.size() == kKekIdBytes ? "KEK_NOT_LOADED" : "STORED_KEY_CORRUPT");
    }
    for (int bit = 0; bit < 32; ++bit) {
      store::KeyVersion row = each.row;
      row.version ^= uint32_t{1} << bit;
      ASSERT_EQ(Refusal(each.user_id, row), "STORED_KEY_CORRUPT") << bit;
      row = each.row;
      row.wrap_format ^= static_cast<int>(uint32_t{1} << bit);
      ASSERT_EQ(Refusal(each.user_id, row), "STORED_KEY_CORRUPT") << bit;
    }
  }
}

TEST_F(WrappingPropertyTest, AKeyIsNoOtherRows) {
  std::vector<Case> cases;
  for (int i = 0; i < 30; ++i) cases.push_back(Random());
  for (const Case& from : cases) {
    for (const Case& to : cases) {
      if (&from == &to) continue;
      store::KeyVersion row = to.row;
      row.wrapped_key = from.row.wrapped_key;
      ASSERT_EQ(Refusal(to.user_id, row), "STORED_KEY_CORRUPT");
      row = from.row;
      row.kek_id = keks_.all()[from.row.kek_id == keks_.all()[0].id() ? 1 : 0].id();
      ASSERT_EQ(Refusal(from.user_id, row), "STORED_KEY_CORRUPT");
    }
  }
}

}  // namespace
}  // namespace keyward::keyring
