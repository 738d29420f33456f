#ifndef KEYWARD_CLIENT_CLI_TIMES_H_
#define KEYWARD_CLIENT_CLI_TIMES_H_

#include <string>

#include "absl/time/time.h"

// Times as ISO 8601 in UTC.
namespace keyward::cli {

// As exact as it is: "2025-01-31T12:00:00.25Z".
inline std::string ExactTime(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E*SZ", time, absl::UTCTimeZone());
}

// For people: "2025-01-31T12:00:00Z".
inline std::string TimeInSeconds(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone());
}

}  // namespace keyward::cli

#endif  // KEYWARD_CLIENT_CLI_TIMES_H_
