#include "server/telemetry/log.h"

#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"

namespace keyward::telemetry {
namespace {

using google::protobuf::Struct;

// What `write` logs, line by line.
template <typename Write>
std::vector<std::string> LinesOf(const Write& write) {
  ::testing::internal::CaptureStderr();
  write();
  std::istringstream text(::testing::internal::GetCapturedStderr());
  std::vector<std::string> lines;
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  return lines;
}

TEST(LogTest, WritesOneJsonObjectALine) {
  const auto lines = LinesOf([] {
    Log(LogLevel::kWarning, "listening",
        {{"address", std::string("127.0.0.1:1\n\"x\"")}, {"users", int64_t{-7}}, {"on", true}});
    Log(LogLevel::kError, "stopped");
  });
  ASSERT_EQ(lines.size(), 2);
  Struct first;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(lines[0], &first).ok()) << lines[0];
  EXPECT_EQ(first.fields().at("level").string_value(), "warning");
  EXPECT_EQ(first.fields().at("event").string_value(), "listening");
  EXPECT_EQ(first.fields().at("address").string_value(), "127.0.0.1:1\n\"x\"");
  EXPECT_EQ(first.fields().at("users").number_value(), -7);
  EXPECT_TRUE(first.fields().at("on").bool_value());
  EXPECT_EQ(first.fields().at("time").string_value().size(),
            std::string("2026-01-31T12:00:00.000Z").size());
  Struct second;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(lines[1], &second).ok()) << lines[1];
  EXPECT_EQ(second.fields().at("level").string_value(), "error");
}

TEST(LogTest, DropsWhatIsBelowTheLevel) {
  const auto write = [] {
    Log(LogLevel::kDebug, "d");
    Log(LogLevel::kInfo, "i");
    Log(LogLevel::kWarning, "w");
    Log(LogLevel::kError, "e");
  };
  SetLogLevel(LogLevel::kDebug);
  EXPECT_EQ(LinesOf(write).size(), 4);
  SetLogLevel(LogLevel::kError);
  EXPECT_EQ(LinesOf(write).size(), 1);
  SetLogLevel(LogLevel::kInfo);
  EXPECT_EQ(LinesOf(write).size(), 3);
}

TEST(LogTest, GoesUpAndDownByOneLevelAsFarAsThereIsOne) {
  const auto count = [] {
    return LinesOf([] {
             for (const LogLevel level :
                  {LogLevel::kDebug, LogLevel::kInfo, LogLevel::kWarning, LogLevel::kError}) {
               Log(level, "event");
             }
           })
        .size();
  };
  SetLogLevel(LogLevel::kInfo);
  for (const size_t lines : {4, 4}) {
    LogMore();
    EXPECT_EQ(count(), lines);
  }
  for (const size_t lines : {3, 2, 1, 1}) {
    LogLess();
    EXPECT_EQ(count(), lines);
  }
  LogMore();
  EXPECT_EQ(count(), 2u);
  SetLogLevel(LogLevel::kInfo);
}

TEST(LogTest, TakesBracesAsTheyAre) {
  const auto lines = LinesOf([] {
    Log(LogLevel::kInfo, "e", {{"text", std::string("{} {0} %v %n")}});
  });
  ASSERT_EQ(lines.size(), 1);
  EXPECT_NE(lines[0].find("{} {0} %v %n"), std::string::npos);
}

}  // namespace
}  // namespace keyward::telemetry
