#ifndef KEYWARD_SERVER_TELEMETRY_METRICS_H_
#define KEYWARD_SERVER_TELEMETRY_METRICS_H_

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/telemetry/call_counters.h"

namespace keyward::telemetry {

using Labels = std::vector<std::pair<std::string, std::string>>;

// Takes what is measured at one moment. Samples of one name come with the same help. No label may
// hold what a caller chose freely: the number of series must not grow with what comes in.
class MetricsWriter {
 public:
  virtual ~MetricsWriter() = default;

  // Goes up only; its name ends in _total.
  virtual void Counter(std::string_view name, std::string_view help, const Labels& labels,
                       double value) = 0;
  virtual void Gauge(std::string_view name, std::string_view help, const Labels& labels,
                     double value) = 0;
  // The durations of calls, in seconds.
  virtual void Durations(std::string_view name, std::string_view help, const Labels& labels,
                         const CallCounters::Totals& totals) = 0;
};

// Writes all that it measures; may be called on any thread, one call at a time.
using MetricsSource = std::function<void(MetricsWriter&)>;

}  // namespace keyward::telemetry

#endif  // KEYWARD_SERVER_TELEMETRY_METRICS_H_
