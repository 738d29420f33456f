#include "server/audit/event.h"

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <string>

#include "server/audit/timestamp.h"
#include "tests/audit/log_fixture.h"

namespace keyward::audit {
namespace {

std::string Text(const Event& event, const crypto::HmacSha256Key* user_key = nullptr) {
  std::string text;
  AppendEvent(event, user_key, text);
  return text;
}

google::protobuf::Struct Json(const std::string& members) {
  google::protobuf::Struct read;
  EXPECT_TRUE(google::protobuf::util::JsonStringToMessage("{" + members + "}", &read).ok())
      << members;
  return read;
}

TEST(EventTest, ACallIsToldInAFixedOrder) {
  EXPECT_EQ(Text(TestEvent("alice")),
            R"("time":"2026-01-31T12:00:00.123456Z","event":"call","principal":"dns:billing",)"
            R"("peer":"ipv4:10.0.0.7:4711","method":"Encrypt","scope":"user","user_id":"alice",)"
            R"("key_version":1,"code":"OK","latency_us":85)"
            "\n");
}

TEST(EventTest, AnItemThatFailedHasItsPlaceAndItsReason) {
  Event event;
  event.method = "BatchDecrypt";
  event.item = 0;
  event.scope = Event::Scope::kPool;
  event.code = "INVALID_ARGUMENT";
  event.reason = "DECRYPTION_FAILED";
  EXPECT_EQ(Text(event),
            R"("time":"1970-01-01T00:00:00.000000Z","event":"call","principal":"","peer":"",)"
            R"("method":"BatchDecrypt","item":0,"scope":"pool","code":"INVALID_ARGUMENT",)"
            R"("reason":"DECRYPTION_FAILED","latency_us":0)"
            "\n");
}

TEST(EventTest, ACallIsToldWithWhatItIsFoundBy) {
  Event event = TestEvent("alice");
  event.trace_id = "4bf92f3577b34da6a3ce929d0e0e4736";
  event.parent_id = "00f067aa0ba902b7";
  event.request_id = R"(a"b)";
  const std::string text = Text(event);
  EXPECT_NE(text.find(R"("code":"OK","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736",)"
                      R"("parent_id":"00f067aa0ba902b7","request_id":"a\"b","latency_us":85)"),
            std::string::npos)
      << text;
}

TEST(EventTest, AUserMayBeToldByAnHmacOfItsId) {
  const AuditKeys keys = Keys();
  const std::string text = Text(TestEvent("alice"), &keys.user_key);
  // Python: u = hmac(b"K"*32, b"keyward/audit-user/1"); hmac(u, b"alice")[:16], both with SHA-256
  EXPECT_NE(
      text.find(R"("scope":"user","user_hmac":"efa7ddb05bce663c3296953daa8a4dda","key_version":1)"),
      std::string::npos)
      << text;
  EXPECT_EQ(text.find("alice"), std::string::npos);
}

TEST(EventTest, WhateverATextHoldsTheLineIsJsonAndOneLine) {
  std::string every_byte;
  for (int byte = 0; byte < 256; ++byte) every_byte.push_back(static_cast<char>(byte));
  for (const std::string& text : {every_byte, std::string("\xff"), std::string("a\nb\r\"\\\x1b[2J"),
                                  std::string("\xf0\x9f"), std::string(1, '\0')}) {
    Event event = TestEvent(text);
    event.principal = event.peer = event.reason = text;
    const std::string line = Text(event);
    EXPECT_EQ(line.find('\n'), line.size() - 1);
    const auto read = Json(line);
    EXPECT_EQ(read.fields().at("user_id").string_value(), read.fields().at("peer").string_value());
    EXPECT_EQ(read.fields().at("method").string_value(), "Encrypt");
  }
  EXPECT_EQ(Json(Text(TestEvent("a\n\"\\é"))).fields().at("user_id").string_value(), "a\n\"\\é");
}

TEST(EventTest, ATextThatNoValidCallHasIsCut) {
  const std::string longest(kMaxTextBytes, 'a');
  EXPECT_EQ(Json(Text(TestEvent(longest))).fields().at("user_id").string_value(), longest);
  EXPECT_EQ(Json(Text(TestEvent(longest + "b"))).fields().at("user_id").string_value(),
            longest + "…");
}

TEST(EventTest, TheLongestLineIsOneThatCanBeReadBack) {
  const std::string escaped(kMaxTextBytes + 1, '\x01');
  Event event = TestEvent(escaped);
  event.principal = event.peer = event.method = event.code = event.reason = escaped;
  event.item = UINT32_MAX;
  event.latency_us = INT64_MIN;
  EXPECT_LT(Text(event).size() + 300, kMaxLineBytes);
}

TEST(TimestampTest, TellsMicrosecondsOfAnyDay) {
  const auto text = [](int64_t time_us) {
    std::string out;
    AppendTimestamp(time_us, out);
    return out;
  };
  EXPECT_EQ(text(951'827'696'000'001), "2000-02-29T12:34:56.000001Z");
  EXPECT_EQ(text(-1), "1970-01-01T00:00:00.000000Z");
  EXPECT_EQ(text(INT64_MAX), "9999-12-31T23:59:59.999999Z");
}

}  // namespace
}  // namespace keyward::audit
