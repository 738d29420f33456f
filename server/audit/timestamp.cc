#include "server/audit/timestamp.h"

#include <algorithm>

#include "absl/time/civil_time.h"

namespace keyward::audit {
namespace {

constexpr int64_t kMicros = 1'000'000;
constexpr int64_t kLastMicros = 253'402'300'800 * kMicros - 1;

void PutDigits(int64_t number, char* begin, int count) {
  for (int at = count - 1; at >= 0; --at) {
    begin[at] = static_cast<char>('0' + number % 10);
    number /= 10;
  }
}

}  // namespace

void AppendTimestamp(int64_t time_us, std::string& out) {
  time_us = std::clamp(time_us, int64_t{0}, kLastMicros);
  const absl::CivilSecond second = absl::CivilSecond(1970, 1, 1) + time_us / kMicros;
  char text[] = "0000-00-00T00:00:00.000000Z";
  static_assert(sizeof text == kTimestampChars + 1);
  PutDigits(second.year(), text, 4);
  PutDigits(second.month(), text + 5, 2);
  PutDigits(second.day(), text + 8, 2);
  PutDigits(second.hour(), text + 11, 2);
  PutDigits(second.minute(), text + 14, 2);
  PutDigits(second.second(), text + 17, 2);
  PutDigits(time_us % kMicros, text + 20, 6);
  out.append(text, kTimestampChars);
}

}  // namespace keyward::audit
