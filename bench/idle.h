#ifndef KEYWARD_BENCH_IDLE_H_
#define KEYWARD_BENCH_IDLE_H_

#include <vector>

#include "absl/status/statusor.h"
#include "bench/client.h"
#include "bench/report.h"

namespace keyward::bench {

struct IdleOptions {
  WorkloadOptions workload;
  int count = 20;
  double interval_seconds = 1.05;
};

// One call to each target every interval, on a connection that does nothing meanwhile: what the
// first call after a pause costs. All targets are asked in turn within the interval. One round for
// each.
absl::StatusOr<std::vector<Round>> MeasureIdle(const std::vector<const Client*>& clients,
                                               const IdleOptions& options);

}  // namespace keyward::bench

#endif  // KEYWARD_BENCH_IDLE_H_
