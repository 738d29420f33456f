#include "server/telemetry/metrics_endpoint.h"

#include <prometheus/collectable.h>
#include <prometheus/exposer.h>
#include <prometheus/metric_family.h>

#include <exception>
#include <limits>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace keyward::telemetry {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

class Families final : public MetricsWriter {
 public:
  void Counter(std::string_view name, std::string_view help, const Labels& labels,
               double value) override {
    Add(name, help, MetricType::Counter, labels).counter.value = value;
  }
  void Gauge(std::string_view name, std::string_view help, const Labels& labels,
             double value) override {
    Add(name, help, MetricType::Gauge, labels).gauge.value = value;
  }
  void Durations(std::string_view name, std::string_view help, const Labels& labels,
                 const CallCounters::Totals& totals) override {
    ClientMetric::Histogram& histogram = Add(name, help, MetricType::Histogram, labels).histogram;
    uint64_t count = 0;
    for (size_t i = 0; i < CallCounters::kBoundsMicros.size(); ++i) {
      count += totals.durations[i];
      histogram.bucket.push_back(
          {count, static_cast<double>(CallCounters::kBoundsMicros[i]) / 1e6});
    }
    histogram.sample_count = count + totals.durations.back();
    histogram.bucket.push_back({histogram.sample_count, std::numeric_limits<double>::infinity()});
    histogram.sample_sum = static_cast<double>(totals.sum_micros) / 1e6;
  }

  std::vector<MetricFamily> Take() {
    std::vector<MetricFamily> all;
    for (auto& [name, family] : families_) all.push_back(std::move(family));
    return all;
  }

 private:
  ClientMetric& Add(std::string_view name, std::string_view help, MetricType type,
                    const Labels& labels) {
    MetricFamily& family = families_[std::string(name)];
    if (family.name.empty()) {
      family.name = name;
      family.help = help;
      family.type = type;
    }
    ClientMetric& metric = family.metric.emplace_back();
    for (const auto& [label, value] : labels) metric.label.push_back({label, value});
    return metric;
  }

  std::map<std::string, MetricFamily> families_;
};

class Collected final : public prometheus::Collectable {
 public:
  explicit Collected(MetricsSource source) : source_(std::move(source)) {}

  std::vector<MetricFamily> Collect() const override {
    const std::lock_guard<std::mutex> lock(mutex_);
    Families families;
    source_(families);
    return families.Take();
  }

 private:
  mutable std::mutex mutex_;
  const MetricsSource source_;
};

class Serving final : public MetricsEndpoint {
 public:
  // Throws what civetweb throws.
  Serving(const std::string& address, MetricsSource source)
      : collected_(std::make_shared<Collected>(std::move(source))), exposer_(address) {
    exposer_.RegisterCollectable(collected_);
  }

  int port() const override {
    const std::vector<int> ports = exposer_.GetListeningPorts();
    return ports.empty() ? 0 : ports.front();
  }

 private:
  const std::shared_ptr<Collected> collected_;
  prometheus::Exposer exposer_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<MetricsEndpoint>> MetricsEndpoint::Start(const std::string& address,
                                                                        MetricsSource source) {
  try {
    return std::make_unique<Serving>(address, std::move(source));
  } catch (const std::exception&) {  // whose words say nothing of the cause
    return absl::UnavailableError(absl::StrCat("--metrics_listen: cannot listen on ", address,
                                               ": is it taken, or no numeric address?"));
  }
}

}  // namespace keyward::telemetry
