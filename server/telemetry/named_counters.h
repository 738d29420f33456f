#ifndef KEYWARD_SERVER_TELEMETRY_NAMED_COUNTERS_H_
#define KEYWARD_SERVER_TELEMETRY_NAMED_COUNTERS_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "server/sync/mutex.h"

namespace keyward::telemetry {

// Counts what is seldom, by names out of a fixed set, such as errors' reasons. Thread-safe.
class NamedCounters {
 public:
  void Count(std::string_view name) {
    sync::MutexLock lock(mutex_);
    ++counts_[std::string(name)];
  }
  std::map<std::string, uint64_t> Read() const {
    sync::MutexLock lock(mutex_);
    return counts_;
  }

 private:
  mutable sync::Mutex mutex_;
  std::map<std::string, uint64_t> counts_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace keyward::telemetry

#endif  // KEYWARD_SERVER_TELEMETRY_NAMED_COUNTERS_H_
