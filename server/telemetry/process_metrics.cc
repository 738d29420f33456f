#include "server/telemetry/process_metrics.h"

#include <sys/resource.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

namespace keyward::telemetry {
namespace {

double Seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

// The number in the line of a file in /proc that begins so; 0 where there is none.
double NumberOf(const char* path, const std::string& start) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (line.rfind(start, 0) == 0) return std::atof(line.c_str() + start.size());
  }
  return 0;
}

// Since 1970; 0 where it cannot be told.
double StartTime() {
  std::ifstream file("/proc/self/stat");
  std::string line;
  std::getline(file, line);
  const size_t name_end = line.rfind(')');
  if (name_end == std::string::npos) return 0;
  std::istringstream rest(line.substr(name_end + 2));
  const std::vector<std::string> fields{std::istream_iterator<std::string>(rest), {}};
  constexpr size_t kStartTime =
      19;  // field 22 of proc(5), which counts from 1 and has two before these
  if (fields.size() <= kStartTime) return 0;
  return NumberOf("/proc/stat", "btime ") +
         std::stod(fields[kStartTime]) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

}  // namespace

void WriteProcessMetrics(MetricsWriter& writer) {
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) == 0) {
    writer.Counter("process_cpu_seconds_total", "Processor time used, in seconds.", {},
                   Seconds(usage.ru_utime) + Seconds(usage.ru_stime));
  }
  writer.Gauge("process_resident_memory_bytes", "Memory in use.", {},
               NumberOf("/proc/self/status", "VmRSS:") * 1024);
  writer.Gauge("process_virtual_memory_bytes", "Address space in use.", {},
               NumberOf("/proc/self/status", "VmSize:") * 1024);
  static const double kStart = StartTime();
  writer.Gauge("process_start_time_seconds", "When the process began, since 1970.", {}, kStart);
  std::error_code error;
  const auto open = std::filesystem::directory_iterator("/proc/self/fd", error);
  if (!error) {
    writer.Gauge("process_open_fds", "Open file descriptors.", {},
                 static_cast<double>(std::distance(begin(open), end(open))));
  }
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    writer.Gauge("process_max_fds", "Limit on open file descriptors.", {},
                 static_cast<double>(limit.rlim_cur));
  }
}

}  // namespace keyward::telemetry
