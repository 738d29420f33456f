#include "client/cli/migrate_value.h"

#include <gtest/gtest.h>

#include <string>

#include "keyward/tokens.h"

namespace keyward::cli {
namespace {

using Answers = std::vector<absl::StatusOr<std::string>>;
constexpr auto kEncrypt = MigrationMode::kEncrypt;
constexpr auto kRollback = MigrationMode::kRollback;
constexpr auto kVerify = MigrationMode::kVerify;

// A value, its rule, and what was counted.
struct Case {
  Case(const char* rule_text, std::string stored_value, std::string stored_field = "")
      : rule(*ParseRule(rule_text)), stored{std::move(stored_field), std::move(stored_value)} {}

  std::vector<std::string> Places(MigrationMode mode) {
    stored.places.clear();
    tally = {};
    FindPlaces(rule, mode, "the:key", stored, tally);
    std::vector<std::string> texts;
    for (const Place& place : stored.places) texts.push_back(place.text);
    return texts;
  }
  std::optional<ValueChange> Change(MigrationMode mode, const Answers& answers) {
    Places(mode);
    return Rewrite(rule, mode, "the:key", stored, answers, tally);
  }
  std::uint64_t Failures(std::string_view reason) const {
    const auto found = tally.failures.find(reason);
    return found == tally.failures.end() ? 0 : found->second.count;
  }

  MigrationRule rule;
  StoredValue stored;
  MigrationTally tally;
};

using Texts = std::vector<std::string>;

TEST(MigrationValueTest, AWholeValueIsTakenByteForByte) {
  Case binary("string k:{user_id}", std::string("\xff\0{", 3));
  EXPECT_EQ(binary.Places(kEncrypt), Texts{std::string("\xff\0{", 3)});
  const auto change = binary.Change(kEncrypt, {"v2:T"});
  ASSERT_TRUE(change);
  EXPECT_EQ(change->old_value, std::string("\xff\0{", 3));
  EXPECT_EQ(change->new_value, "v2:T");
  EXPECT_EQ(change->count, 1u);
}

TEST(MigrationValueTest, TokensAreLeftAloneAndPlaintextByARollback) {
  for (const char* token : {"v2:x", "v3:x"}) {
    Case sealed("string k:{user_id}", token);
    EXPECT_EQ(sealed.Places(kEncrypt), Texts{});
    EXPECT_EQ(sealed.tally.left, 1u);
    EXPECT_EQ(sealed.Places(kRollback), Texts{token});
  }
  Case plain("string k:{user_id}", "sk-1");
  EXPECT_EQ(plain.Places(kVerify), Texts{});
  EXPECT_EQ(plain.tally.left, 1u);
}

TEST(MigrationValueTest, AnEmptyValueIsNoSecret) {
  Case empty("string k:{user_id}", "");
  EXPECT_EQ(empty.Places(kEncrypt), Texts{});
  EXPECT_EQ(empty.tally.empty, 1u);
}

TEST(MigrationValueTest, APlaintextHasTheServersLimitAndATokenMayBeLonger) {
  Case longest("string k:{user_id}", std::string(kMaxPlaintextBytes, 'x'));
  EXPECT_EQ(longest.Places(kEncrypt).size(), 1u);
  Case longer("string k:{user_id}", std::string(kMaxPlaintextBytes + 1, 'x'));
  EXPECT_EQ(longer.Places(kEncrypt).size(), 0u);
  EXPECT_EQ(longer.Failures("TOO_LARGE"), 1u);
  Case token("string k:{user_id}", "v2:" + std::string(kMaxPlaintextBytes + 1, 'x'));
  EXPECT_EQ(token.Places(kRollback).size(), 1u);
  Case longest_of_all("string k:{user_id}", "v2:" + std::string(kMaxStoredBytes, 'x'));
  EXPECT_EQ(longest_of_all.Places(kRollback).size(), 0u);
  EXPECT_EQ(longest_of_all.Failures("TOO_LARGE"), 1u);
}

TEST(MigrationValueTest, OnlyTheStringsOfTheRuleChangeInADocument) {
  Case document("string k:{user_id} json=b json=/a/0",
                "{ \"a\" : [\"one\"],\n \"b\":\"two\", \"c\":1.50 }");
  EXPECT_EQ(document.Places(kEncrypt), (Texts{"one", "two"})) << "in the order of the document";
  const auto change = document.Change(kEncrypt, {"v2:1", "v2:2"});
  ASSERT_TRUE(change);
  EXPECT_EQ(change->new_value, "{ \"a\" : [\"v2:1\"],\n \"b\":\"v2:2\", \"c\":1.50 }");
  EXPECT_EQ(change->count, 2u);
}

TEST(MigrationValueTest, OneFailureInADocumentSpoilsNoOther) {
  Case document("string k:{user_id} json=a json=b", R"({"a":"one","b":"two"})");
  const auto change = document.Change(kEncrypt, {absl::InternalError("no"), "v2:2"});
  ASSERT_TRUE(change);
  EXPECT_EQ(change->new_value, R"({"a":"one","b":"v2:2"})");
  EXPECT_EQ(change->count, 1u);
  EXPECT_EQ(document.Failures("INTERNAL"), 1u);
  EXPECT_FALSE(document.Change(kEncrypt, {absl::InternalError("no"), absl::InternalError("no")}));
}

TEST(MigrationValueTest, ADocumentOfAsciiStaysOne) {
  Case ascii("string k:{user_id} json=a", R"({"a":"v2:x"})");
  EXPECT_EQ(ascii.Change(kRollback, {"é"})->new_value, R"({"a":"\u00e9"})");
  Case unicode("string k:{user_id} json=a", R"({"a":"v2:x","b":"ü"})");
  EXPECT_EQ(unicode.Change(kRollback, {"é"})->new_value, R"({"a":"é","b":"ü"})");
  EXPECT_FALSE(unicode.Change(kRollback, {"\xff"}));
  EXPECT_EQ(unicode.Failures("NOT_UTF8"), 1u);
}

TEST(MigrationValueTest, DocumentsThatAreWrongAreCountedByReason) {
  Case text("string k:{user_id} json=a", "sk-1");
  text.Places(kEncrypt);
  EXPECT_EQ(text.Failures("NOT_JSON"), 1u);
  Case number("string k:{user_id} json=a json=b", R"({"a":1,"b":"x"})");
  EXPECT_EQ(number.Places(kEncrypt), Texts{"x"});
  EXPECT_EQ(number.Failures("NOT_A_STRING"), 1u);
  Case twice("string k:{user_id} json=a", R"({"a":"x","a":"y"})");
  twice.Places(kEncrypt);
  EXPECT_EQ(twice.Failures("MEMBER_TWICE"), 1u);
  EXPECT_EQ(twice.tally.failures.find("MEMBER_TWICE")->second.keys, Texts{"the:key"});
  Case absent("string k:{user_id} json=a", R"({"b":"x"})");
  EXPECT_EQ(absent.Places(kEncrypt), Texts{});
  EXPECT_EQ(absent.tally.values, 0u);
}

TEST(PoolHashTest, AFieldIsRenamedToTheKeysHashAndBack) {
  Case plain("pool_hash p:*", "sk-1", "sk-1");
  auto change = plain.Change(kEncrypt, {"v2:T"});
  ASSERT_TRUE(change);
  EXPECT_EQ(change->new_field, client::ApiKeyHash("sk-1"));
  EXPECT_EQ(change->new_value, "v2:T");

  Case sealed("pool_hash p:*", "v2:T", client::ApiKeyHash("sk-1"));
  EXPECT_EQ(sealed.Places(kEncrypt), Texts{});
  EXPECT_EQ(sealed.tally.left, 1u);
  change = sealed.Change(kRollback, {"sk-1"});
  ASSERT_TRUE(change);
  EXPECT_EQ(change->new_field, "sk-1");
  EXPECT_EQ(change->new_value, "sk-1");
}

TEST(PoolHashTest, ADocumentMayHoldTheKey) {
  Case document("pool_hash p:*", R"({"by":7,"api_key":"sk-1"})", "sk-1");
  const auto change = document.Change(kEncrypt, {"v2:T"});
  ASSERT_TRUE(change);
  EXPECT_EQ(change->new_field, client::ApiKeyHash("sk-1"));
  EXPECT_EQ(change->new_value, R"({"by":7,"api_key":"v2:T"})");
}

TEST(PoolHashTest, AHashedNameWithAPlaintextValueKeepsItsName) {
  Case half("pool_hash p:*", "sk-1", client::ApiKeyHash("sk-1"));
  EXPECT_EQ(half.Change(kEncrypt, {"v2:T"})->new_field, client::ApiKeyHash("sk-1"));
}

TEST(PoolHashTest, ANameThatIsTheOnlyCopyOfAKeyIsNotLost) {
  for (const char* value :
       {"1", "sk-2", R"({"by":7})", R"({"api_key":"sk-2"})", R"({"api_key":1})", ""}) {
    Case other("pool_hash p:*", value, "sk-1");
    EXPECT_EQ(other.Places(kEncrypt), Texts{}) << value;
    EXPECT_EQ(other.Failures("KEY_NOT_IN_VALUE"), 1u) << value;
  }
}

TEST(PoolHashTest, APlaintextNameBesideATokenIsTold) {
  Case half("pool_hash p:*", "v2:T", "sk-1");
  EXPECT_EQ(half.Places(kEncrypt), Texts{});
  EXPECT_EQ(half.Failures("NAME_IS_PLAINTEXT"), 1u);
  EXPECT_FALSE(half.Change(kVerify, {"sk-1"}));
  EXPECT_EQ(half.Failures("NAME_IS_PLAINTEXT"), 1u);
  EXPECT_EQ(half.Change(kRollback, {"sk-1"})->new_field, "sk-1");
}

TEST(PoolHashTest, ATokenOfAnotherKeyIsFoundByItsName) {
  Case other("pool_hash p:*", "v2:T", client::ApiKeyHash("sk-1"));
  for (const MigrationMode mode : {kVerify, kRollback}) {
    EXPECT_FALSE(other.Change(mode, {"sk-2"}));
    EXPECT_EQ(other.Failures("NAME_OF_ANOTHER_KEY"), 1u);
  }
}

TEST(MigrationTallyTest, AFewKeysAreNamedAndEachOnce) {
  MigrationTally tally, other;
  for (const char* key : {"a", "b", "a", "c"}) tally.Fail("R", key);
  for (const char* key : {"c", "d", "e", "f"}) other.Fail("R", key, 2);
  tally += other;
  EXPECT_EQ(tally.failed, 12u);
  EXPECT_EQ(tally.failures["R"].count, 12u);
  EXPECT_EQ(tally.failures["R"].keys, (Texts{"a", "b", "c", "d", "e"}));
}

}  // namespace
}  // namespace keyward::cli
