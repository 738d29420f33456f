#include "server/auth/glob.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/auth/naive_policy.h"
#include "tests/testing/chance.h"

namespace keyward::auth {
namespace {

TEST(GlobTest, WithoutAStarItMatchesItselfAlone) {
  EXPECT_TRUE(GlobMatches("alice", "alice"));
  EXPECT_TRUE(GlobMatches("", ""));
  for (const auto* text : {"", "alic", "alicea", "Alice", " alice", "alice\n"}) {
    EXPECT_FALSE(GlobMatches("alice", text)) << text;
  }
  EXPECT_FALSE(GlobMatches("", "a"));
}

TEST(GlobTest, AStarMatchesAnyBytesAlsoNoneAndSlashes) {
  for (const auto* text : {"", "a", "a/b/c", "*", "\n"})
    EXPECT_TRUE(GlobMatches("*", text)) << text;
  EXPECT_TRUE(GlobMatches("*", std::string_view("\0\xff", 2)));
  EXPECT_TRUE(GlobMatches("a*", "a"));
  EXPECT_TRUE(GlobMatches("*a", "a"));
  EXPECT_TRUE(GlobMatches("spiffe://example.org/*", "spiffe://example.org/a/b"));
  EXPECT_FALSE(GlobMatches("spiffe://example.org/*", "spiffe://example.org"));
}

TEST(GlobTest, NothingElseIsSpecial) {
  EXPECT_FALSE(GlobMatches("a?c", "abc"));
  EXPECT_FALSE(GlobMatches("[ab]", "a"));
  EXPECT_FALSE(GlobMatches(".", "a"));
  EXPECT_FALSE(GlobMatches("\\*", "*"));
  EXPECT_TRUE(GlobMatches("\\*", "\\anything"));
  EXPECT_TRUE(GlobMatches("{a,b}", "{a,b}"));
}

TEST(GlobTest, FrontAndBackDoNotShareBytes) {
  EXPECT_FALSE(GlobMatches("ab*ba", "aba"));
  EXPECT_TRUE(GlobMatches("ab*ba", "abba"));
  EXPECT_FALSE(GlobMatches("a*b*b", "ab"));
  EXPECT_FALSE(GlobMatches("*ab*", "a"));
}

using GlobPropertyTest = ::keyward::testing::PropertyTest;

TEST_F(GlobPropertyTest, AgreesWithTheDefinitionOnRandomPatterns) {
  int matched = 0;
  for (int i = 0; i < 200'000; ++i) {
    const std::string pattern = chance_.Word("ab**", chance_.Below(9));
    const std::string text = chance_.Word("ab", chance_.Below(11));
    const bool matches = NaiveGlobMatches(pattern, text);
    ASSERT_EQ(GlobMatches(pattern, text), matches) << "'" << pattern << "' and '" << text << "'";
    matched += matches ? 1 : 0;
  }
  EXPECT_GT(matched, 10'000);
}

// Trying every way to split the text would not end in this world's time.
TEST(GlobTest, APatternMadeToBlowUpDoesNot) {
  std::string pattern;
  for (int i = 0; i < 500; ++i) pattern += "*a";
  const std::string text(100'000, 'a');
  EXPECT_TRUE(GlobMatches(pattern, text));
  EXPECT_FALSE(GlobMatches(pattern + "*b", text));
  EXPECT_FALSE(GlobMatches("*" + std::string(50'000, 'a') + "b*", text));
}

}  // namespace
}  // namespace keyward::auth
