#include "client/cli/migrate_json.h"

#include <gtest/gtest.h>

#include <string>

namespace keyward::cli {
namespace {

using What = JsonFinding::What;
using Steps = std::vector<std::string>;

JsonFinding Find(std::string_view document, std::string_view path) {
  return JsonDocument::Read(document)->Find(*JsonPath::Parse(path));
}

TEST(JsonPathTest, PointersAndDottedPathsAreTheSame) {
  EXPECT_EQ(JsonPath::Parse("/a/0/b")->steps(), (Steps{"a", "0", "b"}));
  EXPECT_EQ(*JsonPath::Parse("a.0.b"), *JsonPath::Parse("/a/0/b"));
  EXPECT_EQ(JsonPath::Parse("/a.b")->steps(), (Steps{"a.b"}));
  EXPECT_EQ(JsonPath::Parse("/a~1b/~0~01/")->steps(), (Steps{"a/b", "~~1", ""}));
}

TEST(JsonPathTest, WhatIsNoPathIsRefused) {
  for (const char* text : {"", "a..b", ".a", "a.", "/a~2", "/~"}) {
    EXPECT_FALSE(JsonPath::Parse(text).ok()) << text;
  }
}

TEST(JsonDocumentTest, AStringIsFoundWithItsPlace) {
  const std::string document = R"( {"x": [1, {"k":"no"}, {"k" : "sk-\u00e9\n"}], "k": "z"} )";
  const JsonFinding found = Find(document, "/x/2/k");
  ASSERT_EQ(found.what, What::kString);
  EXPECT_EQ(found.text, "sk-é\n");
  EXPECT_EQ(document.substr(found.begin, found.end - found.begin), R"("sk-\u00e9\n")");
}

TEST(JsonDocumentTest, TheWholeDocumentMayBeAnArrayAndMembersMayHaveAnyName) {
  EXPECT_EQ(Find(R"(["a", "b"])", "1").text, "b");
  EXPECT_EQ(Find(R"({"":{"a/b":"x"}})", "//a~1b").text, "x");
  EXPECT_EQ(Find(R"({"\u0061":"x"})", "a").text, "x");
  EXPECT_EQ(Find(R"({"a}":"]","b":{"c\"":"}"},"d":"x"})", "d").text, "x");
}

TEST(JsonDocumentTest, WhatIsNotThereIsNothing) {
  for (const char* path : {"b", "a.b", "a.0", "l.2", "l.00", "l.-", "n", "e.0"}) {
    EXPECT_EQ(Find(R"({"a":"x","l":["y",{}],"n":null,"e":[]})", path).what, What::kNothing) << path;
  }
}

TEST(JsonDocumentTest, AnotherTypeIsTold) {
  for (const char* path : {"i", "b", "o", "l"}) {
    EXPECT_EQ(Find(R"({"i":1,"b":true,"o":{"x":"y"},"l":["x"]})", path).what, What::kAnotherType);
  }
}

TEST(JsonDocumentTest, AMemberThatIsThereTwiceIsNotGuessed) {
  EXPECT_EQ(Find(R"({"a":"x","a":"y"})", "a").what, What::kTwice);
  EXPECT_EQ(Find(R"({"a":{"b":"x"},"\u0061":{}})", "a.b").what, What::kTwice);
  EXPECT_EQ(Find(R"({"a":{"b":"x"},"b":1,"b":2})", "a.b").what, What::kString) << "not on the path";
}

TEST(JsonDocumentTest, WhatIsNotJsonIsRefused) {
  for (const char* text : {"", "sk-1", "{", R"({"a":"x"} y)", "{'a':'x'}", R"({"a":"x",})",
                           "\"\xff\"", "\xEF\xBB\xBF{}", R"(["\ud800"])"}) {
    EXPECT_FALSE(JsonDocument::Read(text)) << text;
  }
}

TEST(JsonDocumentTest, DeepNestingIsNoMatter) {
  const std::string deep = std::string(200000, '[') + std::string(200000, ']');
  EXPECT_EQ(Find(R"({"d":)" + deep + R"(,"a":"x"})", "a").text, "x");
}

TEST(JsonLiteralTest, ItIsWrittenAsPythonWritesIt) {
  EXPECT_EQ(JsonLiteral("é\"\n\x7f😀/", true), R"("\u00e9\"\n\u007f\ud83d\ude00/")");
  EXPECT_EQ(JsonLiteral("é\"\n😀/", false), "\"é\\\"\\n😀/\"");
}

}  // namespace
}  // namespace keyward::cli
