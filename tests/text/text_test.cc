#include "server/text/text.h"

#include <gtest/gtest.h>

#include <string>

namespace keyward::text {
namespace {

TEST(TextTest, WellFormedUtf8IsTakenWhole) {
  for (const std::string text :
       {"", "plain", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80",
        "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_EQ(Utf8Prefix(text), text.size()) << text;
  }
  EXPECT_EQ(Utf8Prefix(std::string_view("\0a", 2)), 2U);
}

TEST(TextTest, TheFirstOverlongSurrogateOrCutSequenceEndsIt) {
  for (const std::string text :
       {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xC2", "\xC2\x41", "\xE0\x9F\xBF", "\xE1\x80",
        "\xE1\x80\x41", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF", "\xF1\x80\x80", "\xF4\x90\x80\x80",
        "\xF5\x80\x80\x80", "\xFF"}) {
    EXPECT_EQ(Utf8Prefix("a\xC3\xB6" + text + "z"), 3U) << text;
  }
}

TEST(TextTest, ControlBytesAreThoseOfAscii) {
  for (const char byte : {'\0', '\n', '\x1F', '\x7F'}) {
    EXPECT_TRUE(HasControlBytes(std::string("a") + byte)) << static_cast<int>(byte);
  }
  EXPECT_FALSE(HasControlBytes(" ~\xC3\xB6\x80\xFF"));
}

TEST(TextTest, OneLineKeepsWhatCanBeRead) {
  EXPECT_EQ(OneLine(std::string("a\n\x1B[2J\0\x7F\xC3\xB6 ~", 11)), "a??[2J??\xC3\xB6 ");
}

}  // namespace
}  // namespace keyward::text
