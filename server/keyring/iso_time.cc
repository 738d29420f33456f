#include "server/keyring/iso_time.h"

#include <array>


namespace keyward::keyring {
namespace {

// The longest that isoformat() writes is 32 characters.
constexpr size_t kMaxSize = 64;

}  // namespace

std::optional<absl::Time> ParseIsoTime(std::string_view text) {
  if (text.size() < 19 || text.size() > kMaxSize) return std::nullopt;
  std::string normal(text);
  if (normal[10] == ' ') normal[10] = 'T';
  static constexpr std::array<const char*, 2> kFormats = {"%Y-%m-%dT%H:%M:%E*S%Ez",
                                                          "%Y-%m-%dT%H:%M:%E*S"};
  for (const char* format : kFormats) {
    absl::Time time;
    std::string error;
    if (absl::ParseTime(format, normal, absl::UTCTimeZone(), &time, &error)) return time;
  }
  return std::nullopt;
}

std::string FormatIsoTime(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E6S+00:00", time, absl::UTCTimeZone());
}

}  // namespace keyward::keyring
