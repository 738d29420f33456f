#ifndef KEYWARD_SERVER_KEYRING_ISO_TIME_H_
#define KEYWARD_SERVER_KEYRING_ISO_TIME_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"

// The times of the Python module's database: ISO 8601 as Python's datetime.isoformat() writes it.
namespace keyward::keyring {

// With "T" or a space in the middle, fractions or none, an offset or none (then it is UTC); nullopt
// for anything else.
std::optional<absl::Time> ParseIsoTime(std::string_view text);

// Such as "2026-01-31T12:00:00.000000+00:00".
std::string FormatIsoTime(absl::Time time);

}  // namespace keyward::keyring

#endif  // KEYWARD_SERVER_KEYRING_ISO_TIME_H_
