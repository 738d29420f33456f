#ifndef KEYWARD_SERVER_TELEMETRY_TRACE_CONTEXT_H_
#define KEYWARD_SERVER_TELEMETRY_TRACE_CONTEXT_H_

#include <cstddef>
#include <optional>
#include <string_view>

// Which trace a call belongs to: W3C Trace Context, https://www.w3.org/TR/trace-context-1/.
namespace keyward::telemetry {

inline constexpr char kTraceparent[] = "traceparent";

struct TraceContext {
  static constexpr size_t kTraceIdDigits = 32;
  static constexpr size_t kParentIdDigits = 16;

  // Lower-case hexadecimal digits that are not all zero. They are parts of the header that was
  // parsed.
  std::string_view trace_id;
  std::string_view parent_id;  // the caller's span
  // Whether the caller records its part of the trace.
  bool is_sampled = false;
};

// Nothing where the header is not one to go by, as the standard says; of versions to come, what
// they share with the first.
std::optional<TraceContext> ParseTraceparent(std::string_view header);

}  // namespace keyward::telemetry

#endif  // KEYWARD_SERVER_TELEMETRY_TRACE_CONTEXT_H_
