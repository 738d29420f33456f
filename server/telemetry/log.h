#ifndef KEYWARD_SERVER_TELEMETRY_LOG_H_
#define KEYWARD_SERVER_TELEMETRY_LOG_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "absl/types/span.h"

// The server's log: one JSON object a line, on standard error, such as
//
//   {"time":"2026-01-31T12:00:00.000Z","level":"info","event":"listening","address":"127.0.0.1:50051"}
//
// No field may hold a plaintext, key bytes or a token. Thread-safe.
namespace keyward::telemetry {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

struct LogField {
  std::string_view name;
  std::variant<std::string, int64_t, bool> value;
};

// What is below the level is dropped; kInfo unless set.
void SetLogLevel(LogLevel level);
// One step, as far as there is one: towards kDebug, or towards kError.
void LogMore();
void LogLess();
// Whether a line of that level is not dropped.
bool IsLogged(LogLevel level);

// `event` is a short name that programs look for, such as "listening"; details go into fields.
void Log(LogLevel level, std::string_view event, absl::Span<const LogField> fields = {});

}  // namespace keyward::telemetry

#endif  // KEYWARD_SERVER_TELEMETRY_LOG_H_
