#include "server/keyring/iso_time.h"

#include <array>
#include <string>

#include "absl/strings/ascii.h"

namespace keyward::keyring {
namespace {

// The longest that isoformat() writes is 32 characters.
constexpr size_t kMaxSize = 64;

// absl::ParseTime takes signs, years of any length, single digits, spaces around and
// "infinite-future".
bool HasTheShape(std::string_view text) {
  constexpr std::string_view kShape = "dddd-dd-ddTdd:dd:dd";
  if (text.size() < kShape.size() || text.size() > kMaxSize) return false;
  for (size_t i = 0; i < kShape.size(); ++i) {
    const char c = text[i];
    const bool fits = kShape[i] == 'd'   ? absl::ascii_isdigit(static_cast<unsigned char>(c))
                      : kShape[i] == 'T' ? c == 'T' || c == ' '
                                         : c == kShape[i];
    if (!fits) return false;
  }
  return text.find_first_not_of("0123456789.+-:Z", kShape.size()) == std::string_view::npos;
}

}  // namespace

std::optional<absl::Time> ParseIsoTime(std::string_view text) {
  if (!HasTheShape(text)) return std::nullopt;
  std::string normal(text);
  normal[10] = 'T';
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
