#include "server/keyring/iso_time.h"

#include <gtest/gtest.h>

#include <string>

namespace keyward::keyring {
namespace {

absl::Time Utc(int year, int month, int day, int hour, int minute, int second, int micros = 0) {
  return absl::FromCivil(absl::CivilSecond(year, month, day, hour, minute, second),
                         absl::UTCTimeZone()) +
         absl::Microseconds(micros);
}

TEST(IsoTimeTest, ReadsWhatPythonWrites) {
  // datetime(…, tzinfo=utc).isoformat(), with and without microseconds; naive; with " " as
  // separator; in another zone.
  EXPECT_EQ(ParseIsoTime("2026-11-22T14:47:48.195637+00:00"),
            Utc(2026, 11, 22, 14, 47, 48, 195637));
  EXPECT_EQ(ParseIsoTime("2026-11-22T14:47:48+00:00"), Utc(2026, 11, 22, 14, 47, 48));
  EXPECT_EQ(ParseIsoTime("2026-11-22T14:47:48.195637"), Utc(2026, 11, 22, 14, 47, 48, 195637));
  EXPECT_EQ(ParseIsoTime("2026-11-22 14:47:48"), Utc(2026, 11, 22, 14, 47, 48));
  EXPECT_EQ(ParseIsoTime("2026-11-22T14:47:48+05:30"), Utc(2026, 11, 22, 9, 17, 48));
  EXPECT_EQ(ParseIsoTime("2026-11-22T14:47:48.5-08:00"), Utc(2026, 11, 22, 22, 47, 48, 500000));
  EXPECT_EQ(ParseIsoTime("2026-11-22T14:47:48Z"), Utc(2026, 11, 22, 14, 47, 48));
  EXPECT_EQ(ParseIsoTime("1969-12-31T23:59:59+00:00"), Utc(1969, 12, 31, 23, 59, 59));
}

TEST(IsoTimeTest, RefusesWhatIsNoTime) {
  for (const char* text : {"",
                           "2026",
                           "2026-11-22",
                           "2026-11-22T14:47",
                           "2026-13-22T14:47:48",
                           "2026-11-31T14:47:48",
                           "2026-11-22T24:47:48",
                           "2026-11-22T14:60:48",
                           "2026-11-22T14:47:48 UTC",
                           "2026-11-22T14:47:48+00:00x",
                           "22.11.2026 14:47:48",
                           "2026-11-22X14:47:48",
                           " 2026-11-22T14:47:48",
                           "2026-11-22T14:47:48 ",
                           "2026-11-22T14:47:48\n",
                           "     infinite-future",
                           "     infinite-past       ",
                           "-2026-1-22T14:47:48",
                           "+2026-1-22T14:47:48",
                           "2026-1-2T14:47:48.00",
                           "20260-01-02T14:47:48"}) {
    EXPECT_EQ(ParseIsoTime(text), std::nullopt) << '"' << text << '"';
  }
  EXPECT_EQ(ParseIsoTime("2026-11-22T14:47:48." + std::string(100, '0')), std::nullopt);
  EXPECT_EQ(ParseIsoTime(std::string("2026-11-22T14:47:48\0", 20)), std::nullopt);
}

TEST(IsoTimeTest, WritesAsPythonDoes) {
  EXPECT_EQ(FormatIsoTime(Utc(2026, 1, 31, 12, 0, 0)), "2026-01-31T12:00:00.000000+00:00");
  EXPECT_EQ(FormatIsoTime(Utc(2026, 1, 31, 12, 0, 0, 42)), "2026-01-31T12:00:00.000042+00:00");
}

TEST(IsoTimeTest, WhatIsWrittenIsReadBack) {
  const absl::Time time = Utc(2026, 2, 28, 23, 59, 59, 999999);
  EXPECT_EQ(ParseIsoTime(FormatIsoTime(time)), time);
}

}  // namespace
}  // namespace keyward::keyring
