#include "server/net/refusal_log.h"

#include <string>

#include "server/telemetry/log.h"

namespace keyward::net {
namespace {

std::string Name(Refusal cause) {
  switch (cause) {
    case Refusal::kMaxConnections:
      return "max_connections";
    case Refusal::kMaxConnectionsPerAddress:
      return "max_connections_per_address";
    case Refusal::kOutOfDescriptors:
      return "out_of_descriptors";
    case Refusal::kOneSided:
      return "one_sided_traffic";
    case Refusal::kRapidResets:
      return "rapid_resets";
  }
  return "";
}

}  // namespace

void RefusalLog::Add(Refusal cause, Clock::time_point now) {
  Cause& entry = causes_[static_cast<size_t>(cause)];
  const int64_t count = ++entry.count;
  if (now < entry.next_line) return;
  entry.next_line = now + kLogInterval;
  telemetry::Log(telemetry::LogLevel::kWarning, "connections_refused",
                 {{"cause", Name(cause)}, {"count", count - entry.logged}, {"in_all", count}});
  entry.logged = count;
}

}  // namespace keyward::net
