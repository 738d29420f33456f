#include "server/telemetry/log.h"

#include <memory>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "server/telemetry/json.h"
#include "spdlog/sinks/stdout_sinks.h"
#include "spdlog/spdlog.h"

namespace keyward::telemetry {
namespace {

spdlog::level::level_enum ToSpdlog(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return spdlog::level::debug;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarning:
      return spdlog::level::warn;
    case LogLevel::kError:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

std::string_view Name(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarning:
      return "warning";
    case LogLevel::kError:
      return "error";
  }
  return "error";
}

spdlog::logger& Logger() {
  static spdlog::logger& logger = []() -> spdlog::logger& {
    auto& made = *new spdlog::logger("keyward", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made.set_pattern("%v");
    made.flush_on(spdlog::level::debug);
    return made;
  }();
  return logger;
}

void AppendField(std::string_view name, const std::variant<std::string, int64_t, bool>& value,
                 std::string& line) {
  line.push_back(',');
  AppendJsonString(name, line);
  line.push_back(':');
  if (const auto* text = std::get_if<std::string>(&value)) {
    AppendJsonString(*text, line);
  } else if (const auto* number = std::get_if<int64_t>(&value)) {
    line.append(std::to_string(*number));
  } else {
    line.append(std::get<bool>(value) ? "true" : "false");
  }
}

}  // namespace

void SetLogLevel(LogLevel level) { Logger().set_level(ToSpdlog(level)); }

void LogMore() {
  const spdlog::level::level_enum now = Logger().level();
  SetLogLevel(now == spdlog::level::err    ? LogLevel::kWarning
              : now == spdlog::level::warn ? LogLevel::kInfo
                                           : LogLevel::kDebug);
}

void LogLess() {
  const spdlog::level::level_enum now = Logger().level();
  SetLogLevel(now == spdlog::level::debug  ? LogLevel::kInfo
              : now == spdlog::level::info ? LogLevel::kWarning
                                           : LogLevel::kError);
}

bool IsLogged(LogLevel level) { return Logger().should_log(ToSpdlog(level)); }

void Log(LogLevel level, std::string_view event, absl::Span<const LogField> fields) {
  if (!IsLogged(level)) return;
  std::string line = "{\"time\":\"";
  line.append(absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", absl::Now(), absl::UTCTimeZone()));
  line.append("\"");
  AppendField("level", std::string(Name(level)), line);
  AppendField("event", std::string(event), line);
  for (const LogField& field : fields) AppendField(field.name, field.value, line);
  line.push_back('}');
  Logger().log(ToSpdlog(level), spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace keyward::telemetry
