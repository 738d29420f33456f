#include "server/telemetry/json.h"

#include <gtest/gtest.h>

#include <string>

#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"

namespace keyward::telemetry {
namespace {

std::string Json(std::string_view text) {
  std::string out;
  AppendJsonString(text, out);
  return out;
}

TEST(JsonTest, QuotesAndEscapes) {
  EXPECT_EQ(Json(""), R"("")");
  EXPECT_EQ(Json("plain text"), R"("plain text")");
  EXPECT_EQ(Json(R"(a"b\c)"), R"("a\"b\\c")");
  EXPECT_EQ(Json(std::string_view("\0\n\x1f\x7f", 4)), R"("\u0000\u000a\u001f\u007f")");
}

TEST(JsonTest, KeepsWellFormedUtf8) {
  for (const char* text : {"ünïcødé", "用户", "🔑", "\u0800\uffff", "\U00010000\U0010ffff"}) {
    EXPECT_EQ(Json(text), '"' + std::string(text) + '"');
  }
}

TEST(JsonTest, ReplacesWhatIsNoUtf8) {
  // A stray continuation, an overlong form, a surrogate, beyond Unicode, and sequences cut short.
  for (const char* text : {"\x80", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80",
                           "\xff", "\xc3", "\xe2\x82", "\xf0\x9f\x94"}) {
    const std::string json = Json(std::string("<") + text + ">");
    EXPECT_EQ(json.substr(0, 5), "\"<\xEF\xBF\xBD") << json;
    EXPECT_EQ(json.substr(json.size() - 2), ">\"");
    EXPECT_EQ(json.find(text), std::string::npos);
  }
}

TEST(JsonTest, AnyTwoBytesAreReadBackByAParser) {
  for (int first = 0; first < 256; ++first) {
    for (const int second : {0x00, 0x22, 0x41, 0x5c, 0x80, 0xbf, 0xc3, 0xff}) {
      const std::string text = {static_cast<char>(first), static_cast<char>(second)};
      google::protobuf::Value value;
      ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(Json(text), &value).ok())
          << first << ' ' << second;
    }
  }
}

}  // namespace
}  // namespace keyward::telemetry
