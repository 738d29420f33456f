#ifndef KEYWARD_SERVER_AUDIT_TIMESTAMP_H_
#define KEYWARD_SERVER_AUDIT_TIMESTAMP_H_

#include <cstddef>
#include <cstdint>
#include <string>

namespace keyward::audit {

// As long as "2026-01-31T12:00:00.000000Z".
inline constexpr size_t kTimestampChars = 27;

// Appends microseconds since 1970 (UTC) in that form; a time before 1970 or after 9999 as the
// nearest that it can tell.
void AppendTimestamp(int64_t time_us, std::string& out);

}  // namespace keyward::audit

#endif  // KEYWARD_SERVER_AUDIT_TIMESTAMP_H_
