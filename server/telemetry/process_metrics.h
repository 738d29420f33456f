#ifndef KEYWARD_SERVER_TELEMETRY_PROCESS_METRICS_H_
#define KEYWARD_SERVER_TELEMETRY_PROCESS_METRICS_H_

#include "server/telemetry/metrics.h"

namespace keyward::telemetry {

// What Prometheus' own clients tell of a process, under their names: processor time, memory,
// descriptors, start. What the system does not tell is left out.
void WriteProcessMetrics(MetricsWriter& writer);

}  // namespace keyward::telemetry

#endif  // KEYWARD_SERVER_TELEMETRY_PROCESS_METRICS_H_
