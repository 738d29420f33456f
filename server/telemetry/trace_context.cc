#include "server/telemetry/trace_context.h"

#include <algorithm>

namespace keyward::telemetry {
namespace {

// "00-<trace id>-<parent id>-<flags>".
constexpr size_t kTraceIdAt = 3;
constexpr size_t kParentIdAt = kTraceIdAt + TraceContext::kTraceIdDigits + 1;
constexpr size_t kFlagsAt = kParentIdAt + TraceContext::kParentIdDigits + 1;
constexpr size_t kBytes = kFlagsAt + 2;

bool IsHex(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return ('0' <= c && c <= '9') || ('a' <= c && c <= 'f'); });
}

bool IsId(std::string_view text) {
  return IsHex(text) && text.find_first_not_of('0') != std::string_view::npos;
}

int ValueOf(char digit) { return digit <= '9' ? digit - '0' : digit - 'a' + 10; }

}  // namespace

std::optional<TraceContext> ParseTraceparent(std::string_view header) {
  if (header.size() < kBytes) return std::nullopt;
  const std::string_view version = header.substr(0, 2);
  if (!IsHex(version) || version == "ff") return std::nullopt;
  const std::string_view rest = header.substr(kBytes);
  if (version == "00" ? !rest.empty() : !rest.empty() && rest.front() != '-') return std::nullopt;
  for (const size_t after : {kTraceIdAt, kParentIdAt, kFlagsAt}) {
    if (header[after - 1] != '-') return std::nullopt;
  }
  const std::string_view flags = header.substr(kFlagsAt, 2);
  const TraceContext context{.trace_id = header.substr(kTraceIdAt, TraceContext::kTraceIdDigits),
                             .parent_id = header.substr(kParentIdAt, TraceContext::kParentIdDigits),
                             .is_sampled = IsHex(flags) && (ValueOf(flags[1]) & 1) != 0};
  if (!IsId(context.trace_id) || !IsId(context.parent_id) || !IsHex(flags)) return std::nullopt;
  return context;
}

}  // namespace keyward::telemetry
