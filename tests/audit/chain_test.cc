#include "server/audit/chain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/audit/log_fixture.h"

namespace keyward::audit {
namespace {

constexpr int64_t kTime = 1'769'860'800'000'000;

// The macs are Python's: k = hmac(b"K"*32, b"keyward/audit/1"), then hmac(k, previous mac + line's
// begin).
constexpr char kFirst[] =
    R"({"seq":1,"time":"2026-01-31T12:00:00.000000Z","event":"audit_start","format":1,)"
    R"("kek_id":"4b4b4b4b4b4b4b4b","mac":"8e50a465cc0b65681af586237b9271cc2114d066108ae627ad880bd68d4e6efe"})"
    "\n";
constexpr char kSecond[] =
    R"({"seq":2,"time":"2026-01-31T12:00:00.000000Z","event":"lost","events":3,)"
    R"("kek_id":"4b4b4b4b4b4b4b4b","mac":"f24e63ac7bbf36f9b0beecc45240cedcd83ee24f5718357dc9fecf4c0d779180"})"
    "\n";
constexpr char kThird[] =
    R"({"seq":3,"time":"2026-01-31T12:00:00.000000Z","event":"torn_line","format":1,"previous_seq":2,)"
    R"("previous_kek_id":"4b4b4b4b4b4b4b4b","previous_mac":"f24e63ac7bbf36f9b0beecc45240cedcd83ee24f5718357dc9fecf4c0d779180",)"
    R"("torn_bytes":4,"torn_sha256":"1fae4d0b49fbbcd70a0599598a1973d441aada03bb4e27abd93a6cd35a4e79e5",)"
    R"("kek_id":"4c4c4c4c4c4c4c4c","mac":"71c69e24c6bb8e279bd841bb9c549cbfb16dbb4d1044c262c481cc8821fa7e24"})"
    "\n";

std::string WithoutNewline(std::string text) {
  text.pop_back();
  return text;
}

TEST(ChainTest, LinesAreWhatAnotherImplementationWouldWrite) {
  ChainEnd end;
  std::string text;
  AppendLine(OpeningMembers(kTime, end, std::nullopt), Keys(), end, text);
  EXPECT_EQ(text, kFirst);
  text.clear();
  AppendLine(LostMembers(kTime, 3), Keys(), end, text);
  EXPECT_EQ(text, kSecond);
  text.clear();
  crypto::Sha256Stream torn;
  torn.Add("{\"se");
  const TornLine torn_line{4, torn.FinishHex()};
  AppendLine(OpeningMembers(kTime, end, torn_line), OtherKeys(), end, text);
  EXPECT_EQ(text, kThird);
  EXPECT_EQ(end.seq, 3u);
  EXPECT_EQ(end.kek_id, kOtherKekId);
}

TEST(ChainTest, ALineIsTakenApart) {
  const std::string text = WithoutNewline(kThird);
  const auto line = ParseLine(text);
  ASSERT_TRUE(line);
  EXPECT_EQ(line->seq, 3u);
  EXPECT_EQ(line->time, "2026-01-31T12:00:00.000000Z");
  EXPECT_EQ(line->event, "torn_line");
  EXPECT_EQ(line->kek_id, kOtherKekId);
  ASSERT_TRUE(line->opening);
  EXPECT_EQ(line->opening->previous.seq, 2u);
  EXPECT_EQ(line->opening->torn->bytes, 4u);
  EXPECT_TRUE(IsSealed(*line, line->opening->previous.mac, OtherKeys().line_key));
  EXPECT_FALSE(IsSealed(*line, line->opening->previous.mac, Keys().line_key));
  EXPECT_FALSE(IsSealed(*line, "", OtherKeys().line_key));
}

TEST(ChainTest, LostEventsAreReadBack) {
  const std::string lost = WithoutNewline(kSecond);
  EXPECT_EQ(LostEvents(*ParseLine(lost)), 3u);
  const std::string first = WithoutNewline(kFirst);
  EXPECT_EQ(LostEvents(*ParseLine(first)), 0u);
}

TEST(ChainTest, WhatHasNotTheFormOfALineIsNone) {
  const std::string good = WithoutNewline(kThird);
  ASSERT_TRUE(ParseLine(good));
  const auto with = [&](const std::string& old_part, const std::string& new_part) {
    std::string text = good;
    return text.replace(text.find(old_part), old_part.size(), new_part);
  };
  for (const std::string& text :
       {std::string(), std::string("{}"), good.substr(1), good + " ", good + "\r",
        with("\"seq\":3", "\"seq\":0"), with("\"seq\":3", "\"seq\":03"),
        with("\"seq\":3", "\"seq\":99999999999999999999"), with("\"seq\":3", "\"seq\":-3"),
        with("previous_seq\":2", "previous_seq\":1"), with("torn_line", "continued"),
        with("torn_line", "audit_start"), with("torn_line", "Torn"),
        with("format\":1", "format\":2"), with("4c4c", "4C4C"), with("\"torn_bytes\":4,", ""),
        with("2026-01-31T12:00:00.000000Z", "now"), std::string(kMaxLineBytes, ' ') + good}) {
    EXPECT_FALSE(ParseLine(text)) << text.substr(0, 400);
  }
}

}  // namespace
}  // namespace keyward::audit
