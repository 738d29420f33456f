#ifndef KEYWARD_BENCH_LOAD_H_
#define KEYWARD_BENCH_LOAD_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "bench/lane.h"
#include "bench/report.h"
#include "bench/target.h"
#include "bench/transport.h"
#include "bench/workload.h"

namespace keyward::bench {

struct LoadOptions {
  std::vector<Target> targets;
  TlsFiles tls;
  std::string mode = "encrypt";  // the name of workload.mode
  WorkloadOptions workload;
  Drive drive;
  int threads = 2;
  int channels = 1;  // connections of each thread
  double warmup_seconds = 2;
  int rounds = 3;
  double round_seconds = 3;
  bool sweep = true;    // one Encrypt per user first, in the modes that meet known users
  int idle_count = 20;  // calls to each target in idle mode
  double idle_interval_seconds = 1.05;  // between two of them
};

// Measures the targets in turn, round after round, and says on standard error how it gets on.
absl::StatusOr<Report> RunLoad(const LoadOptions& options);

}  // namespace keyward::bench

#endif  // KEYWARD_BENCH_LOAD_H_
