#ifndef KEYWARD_BENCH_REPORT_H_
#define KEYWARD_BENCH_REPORT_H_

#include <google/protobuf/struct.pb.h>

#include <string>
#include <vector>

#include "bench/measured.h"
#include "bench/target.h"

namespace keyward::bench {

// One target in one round.
struct Round {
  Measured measured;
  double seconds = 0;
  // Of the target's process, where its pid is known.
  int64_t rss_kib_before = 0;
  int64_t rss_kib_after = 0;
  int64_t rss_kib_peak = 0;
  double server_cpu_seconds = 0;
  // Of this process. Both cover the calls that end after the window too.
  double client_cpu_seconds = 0;

  double calls_per_second() const;
  double values_per_second() const;
};

struct TargetReport {
  Target target;
  std::vector<Round> rounds;
};

struct Report {
  google::protobuf::Struct parameters;
  std::vector<TargetReport> targets;
};

// One object: parameters; targets by name, each with its rounds and the medians of them; ratios to
// the first target, each the median of the ratios within the rounds.
std::string ToJson(const Report& report);
// For people.
std::string ToTable(const Report& report);
// A round in one line.
std::string ToLine(const std::string& target, const Round& round);

}  // namespace keyward::bench

#endif  // KEYWARD_BENCH_REPORT_H_
