#include "client/cli/migrate_pattern.h"

#include <gtest/gtest.h>

#include <string>

namespace keyward::cli {
namespace {

// The user's id; "(none)" where the key does not fit, "(several)" where it is ambiguous.
std::string UserOf(std::string_view pattern, std::string_view key) {
  const auto parsed = KeyPattern::Parse(pattern);
  if (!parsed.ok()) return "(bad pattern)";
  const auto match = parsed->Match(key);
  if (!match) return "(none)";
  return match->ambiguous ? "(several)" : match->user_id;
}

std::string GlobOf(std::string_view pattern) { return KeyPattern::Parse(pattern)->Glob(); }

std::string WhatIsWrong(std::string_view pattern) {
  const auto parsed = KeyPattern::Parse(pattern);
  return parsed.ok() ? "" : std::string(parsed.status().message());
}

TEST(KeyPatternTest, TheUserStandsWhereThePatternSays) {
  EXPECT_EQ(UserOf("app:keys:{user_id}", "app:keys:alice"), "alice");
  EXPECT_EQ(UserOf("app:{user_id}:keys", "app:alice:keys"), "alice");
  EXPECT_EQ(UserOf("{user_id}", "alice"), "alice");
  EXPECT_EQ(UserOf("u-{user_id}.key", "u-a.b.key"), "a.b");
  EXPECT_EQ(UserOf("stargazer:user_llm:{user_id}:*:*", "stargazer:user_llm:7:openai:gpt:4"), "7");
}

TEST(KeyPatternTest, AnIdIsOneSegmentAndNotEmpty) {
  EXPECT_EQ(UserOf("app:{user_id}", "app:a:b"), "(none)");
  EXPECT_EQ(UserOf("app:{user_id}", "app:"), "(none)");
  EXPECT_EQ(UserOf("app:{user_id}:x", "app::x"), "(none)");
}

TEST(KeyPatternTest, AllOfTheKeyMustFit) {
  EXPECT_EQ(UserOf("app:{user_id}", "xapp:alice"), "(none)");
  EXPECT_EQ(UserOf("app:{user_id}:k", "app:alice:k2"), "(none)");
  EXPECT_EQ(UserOf("app:{user_id}:key", "app:alice"), "(none)");
  EXPECT_EQ(UserOf("app:{user_id}", ""), "(none)");
}

TEST(KeyPatternTest, AStarFitsAnythingAndOtherPlaceholdersOneSegment) {
  EXPECT_EQ(UserOf("*:{user_id}", "a:b:c"), "c");
  EXPECT_EQ(UserOf("k:{user_id}*", "k:c"), "(bad pattern)");
  EXPECT_EQ(UserOf("k:{user_id}:*", "k:c:"), "c");
  EXPECT_EQ(UserOf("k:{bot}:{user_id}", "k:b:c"), "c");
  EXPECT_EQ(UserOf("k:{bot}:{user_id}", "k:b:x:c"), "(none)");
  EXPECT_EQ(UserOf("pool:{service}", "pool:openai"), "");
  EXPECT_EQ(UserOf("pool:{service}", "pool:a:b"), "(none)");
  EXPECT_EQ(UserOf("pool:*", "pool:a:b"), "");
}

TEST(KeyPatternTest, TwoPossibleUsersAreNotGuessed) {
  EXPECT_EQ(UserOf("*:k:{user_id}:k:*", "x:k:a:k:b:k:y"), "(several)");
  EXPECT_EQ(UserOf("*:k:{user_id}:k:*", "x:k:a:k:y"), "a");
  EXPECT_EQ(UserOf("*:k:{user_id}:k:*", "k:k:a:k:a:k:"), "a") << "the same user either way";
}

TEST(KeyPatternTest, BytesOfAKeyAreTakenAsTheyAre) {
  EXPECT_EQ(UserOf("k:{user_id}", std::string("k:\xff\0z", 5)), std::string("\xff\0z", 3));
}

TEST(KeyPatternTest, ABackslashTakesTheMeaningFromACharacter) {
  EXPECT_EQ(UserOf(R"(\{{user_id}\}:k)", "{alice}:k"), "alice");
  EXPECT_EQ(UserOf(R"(\*:\\:{user_id})", R"(*:\:bob)"), "bob");
}

TEST(KeyPatternTest, TheGlobLeavesNoSpecialCharacterToRedis) {
  EXPECT_EQ(GlobOf("app:{user_id}:*"), "app:*:*");
  EXPECT_EQ(GlobOf("a**{b}:{user_id}"), "a*:*");
  EXPECT_EQ(GlobOf(R"(a?[b]\*\\{user_id})"), R"(a\?\[b\]\*\\*)");
}

TEST(KeyPatternTest, WhatIsNoPatternIsRefusedWithAReason) {
  EXPECT_NE(WhatIsWrong(""), "");
  EXPECT_NE(WhatIsWrong("app:{user_id"), "");
  EXPECT_NE(WhatIsWrong("app:user_id}"), "");
  EXPECT_NE(WhatIsWrong("app:{}"), "");
  EXPECT_NE(WhatIsWrong("app:{user id}"), "");
  EXPECT_NE(WhatIsWrong("app:{user_id}\\"), "");
  EXPECT_NE(WhatIsWrong("{user_id}:{user_id}"), "");
  EXPECT_NE(WhatIsWrong("*{user_id}"), "");
  EXPECT_NE(WhatIsWrong("{user_id}{bot}"), "");
}

}  // namespace
}  // namespace keyward::cli
