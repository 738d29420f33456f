#include "server/telemetry/trace_context.h"

#include <gtest/gtest.h>

#include <string>

namespace keyward::telemetry {
namespace {

// The example of the standard, section 3.2.
constexpr char kTraceId[] = "4bf92f3577b34da6a3ce929d0e0e4736";
constexpr char kParentId[] = "00f067aa0ba902b7";

std::string Header(const std::string& version = "00", const std::string& trace_id = kTraceId,
                   const std::string& parent_id = kParentId, const std::string& flags = "01") {
  return version + "-" + trace_id + "-" + parent_id + "-" + flags;
}

TEST(TraceContextTest, ReadsWhatTheHeaderSays) {
  const std::string header = Header();
  const auto context = ParseTraceparent(header);
  ASSERT_TRUE(context);
  EXPECT_EQ(context->trace_id, kTraceId);
  EXPECT_EQ(context->parent_id, kParentId);
  EXPECT_TRUE(context->is_sampled);
}

TEST(TraceContextTest, OfTheFlagsOneIsKnown) {
  EXPECT_FALSE(ParseTraceparent(Header("00", kTraceId, kParentId, "00"))->is_sampled);
  EXPECT_FALSE(ParseTraceparent(Header("00", kTraceId, kParentId, "fe"))->is_sampled);
  EXPECT_TRUE(ParseTraceparent(Header("00", kTraceId, kParentId, "ff"))->is_sampled);
}

TEST(TraceContextTest, AVersionToComeMayAddToTheEnd) {
  const std::string header = Header("01") + "-what-comes";
  const auto context = ParseTraceparent(header);
  ASSERT_TRUE(context);
  EXPECT_EQ(context->trace_id, kTraceId);
  EXPECT_TRUE(ParseTraceparent(Header("cc")));
  EXPECT_FALSE(ParseTraceparent(Header("cc") + "."));
}

TEST(TraceContextTest, WhatIsNotToTheLetterIsNothing) {
  const std::string zeros = std::string(32, '0');
  for (const std::string& header : {
           std::string(),
           std::string("00"),
           Header("ff"),
           Header("0x"),
           Header("00", zeros),
           Header("00", kTraceId, zeros.substr(0, 16)),
           Header("00", "4BF92F3577B34DA6A3CE929D0E0E4736"),
           Header("00", "4bf92f3577b34da6a3ce929d0e0e473"),
           Header("00", "4bf92f3577b34da6a3ce929d0e0e473g"),
           Header("00", kTraceId, "00f067aa0ba902bG"),
           Header("00", kTraceId, kParentId, "0"),
           Header("00", kTraceId, kParentId, "0g"),
           Header() + "-more",
           Header() + " ",
           std::string(" ").append(Header()),
           std::string("00_4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7_01"),
       }) {
    EXPECT_FALSE(ParseTraceparent(header)) << header;
  }
}

}  // namespace
}  // namespace keyward::telemetry
