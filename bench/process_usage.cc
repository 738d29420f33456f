#include "bench/process_usage.h"

#include <unistd.h>

#include <fstream>
#include <sstream>
#include <string>

namespace keyward::bench {
namespace {

constexpr int kCpuFields = 2;         // utime and stime
constexpr int kFieldsBeforeCpu = 11;  // from the state on: see proc(5)

double CpuSeconds(const std::string& stat) {
  // The name of the program, in parentheses, may hold anything.
  std::istringstream fields(stat.substr(stat.rfind(')') + 1));
  std::string skipped;
  for (int i = 0; i < kFieldsBeforeCpu; ++i) fields >> skipped;
  double ticks = 0;
  for (int i = 0; i < kCpuFields; ++i) {
    double field = 0;
    fields >> field;
    ticks += field;
  }
  return ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
}

}  // namespace

ProcessUsage UsageOf(int pid) {
  const std::string folder = "/proc/" + (pid == 0 ? std::string("self") : std::to_string(pid));
  ProcessUsage usage;
  int64_t pages_mapped = 0;
  int64_t pages_resident = 0;
  if (std::ifstream(folder + "/statm") >> pages_mapped >> pages_resident) {
    usage.rss_kib = pages_resident * (sysconf(_SC_PAGESIZE) / 1024);
  }
  std::string stat;
  std::ifstream file(folder + "/stat");
  if (std::getline(file, stat)) usage.cpu_seconds = CpuSeconds(stat);
  return usage;
}

}  // namespace keyward::bench
