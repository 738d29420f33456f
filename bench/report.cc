#include "bench/report.h"

#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <functional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "bench/status_names.h"

namespace keyward::bench {
namespace {

using google::protobuf::Struct;
using Figure = std::function<double(const Round&)>;

struct NamedFigure {
  const char* name;
  Figure of;
};

constexpr struct {
  const char* name;
  double percent;
} kPercentiles[] = {{"p50", 50}, {"p90", 90}, {"p99", 99}, {"p99_9", 99.9}};

// What is summed up over the rounds, and compared between targets.
const std::vector<NamedFigure>& Figures() {
  static const std::vector<NamedFigure> figures = {
      {"calls_per_second", [](const Round& round) { return round.calls_per_second(); }},
      {"values_per_second", [](const Round& round) { return round.values_per_second(); }},
      {"p50", [](const Round& round) { return double(round.measured.ok.Percentile(50)); }},
      {"p90", [](const Round& round) { return double(round.measured.ok.Percentile(90)); }},
      {"p99", [](const Round& round) { return double(round.measured.ok.Percentile(99)); }},
      {"p99_9", [](const Round& round) { return double(round.measured.ok.Percentile(99.9)); }}};
  return figures;
}

void Set(Struct& object, const std::string& name, double value) {
  (*object.mutable_fields())[name].set_number_value(value);
}

Struct& Child(Struct& object, const std::string& name) {
  return *(*object.mutable_fields())[name].mutable_struct_value();
}

double Median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

double MedianOf(const TargetReport& report, const Figure& figure) {
  std::vector<double> values;
  for (const Round& round : report.rounds) values.push_back(figure(round));
  return Median(std::move(values));
}

// Pairs of one round met the machine in the same mood.
double MedianRatio(const TargetReport& report, const TargetReport& base, const Figure& figure) {
  std::vector<double> ratios;
  for (size_t i = 0; i < std::min(report.rounds.size(), base.rounds.size()); ++i) {
    const double below = figure(base.rounds[i]);
    if (below > 0) ratios.push_back(figure(report.rounds[i]) / below);
  }
  return Median(std::move(ratios));
}

void SetLatency(const Histogram& histogram, Struct& object) {
  for (const auto& [name, percent] : kPercentiles) {
    Set(object, name, static_cast<double>(histogram.Percentile(percent)));
  }
  Set(object, "max", static_cast<double>(histogram.max()));
  Set(object, "mean", histogram.mean());
  Set(object, "count", static_cast<double>(histogram.count()));
}

Struct RoundObject(const Round& round) {
  const Measured& measured = round.measured;
  Struct object;
  Set(object, "calls", static_cast<double>(measured.calls));
  Set(object, "values", static_cast<double>(measured.values));
  Set(object, "seconds", round.seconds);
  Set(object, "calls_per_second", round.calls_per_second());
  Set(object, "values_per_second", round.values_per_second());
  Set(object, "missed", static_cast<double>(measured.missed));
  SetLatency(measured.ok, Child(object, "latency_us"));
  if (measured.refused.count() > 0)
    SetLatency(measured.refused, Child(object, "refused_latency_us"));
  Struct& codes = Child(object, "codes");
  for (size_t code = 0; code < measured.codes.size(); ++code) {
    if (measured.codes[code] == 0) continue;
    Set(codes, std::string(StatusName(code)), static_cast<double>(measured.codes[code]));
  }
  Struct& rss = Child(object, "rss_kib");
  Set(rss, "before", static_cast<double>(round.rss_kib_before));
  Set(rss, "after", static_cast<double>(round.rss_kib_after));
  Set(rss, "peak", static_cast<double>(round.rss_kib_peak));
  Struct& cpu = Child(object, "cpu_seconds");
  Set(cpu, "server", round.server_cpu_seconds);
  Set(cpu, "client", round.client_cpu_seconds);
  return object;
}

Struct TargetObject(const TargetReport& report) {
  Struct object;
  (*object.mutable_fields())["address"].set_string_value(report.target.address);
  const bool echo = report.target.kind == Target::Kind::kEcho;
  (*object.mutable_fields())["kind"].set_string_value(echo ? "echo" : "keyward");
  auto& rounds = *(*object.mutable_fields())["rounds"].mutable_list_value();
  for (const Round& round : report.rounds) {
    *rounds.add_values()->mutable_struct_value() = RoundObject(round);
  }
  for (const NamedFigure& figure : Figures()) {
    Set(Child(object, "median"), figure.name, MedianOf(report, figure.of));
  }
  return object;
}

}  // namespace

double Round::calls_per_second() const { return static_cast<double>(measured.calls) / seconds; }
double Round::values_per_second() const { return static_cast<double>(measured.values) / seconds; }

std::string ToJson(const Report& report) {
  Struct whole;
  Child(whole, "parameters") = report.parameters;
  const TargetReport& base = report.targets.front();
  for (const TargetReport& target : report.targets) {
    Child(Child(whole, "targets"), target.target.name) = TargetObject(target);
    if (&target == &base) continue;
    Struct& ratios =
        Child(Child(whole, "ratios"), absl::StrCat(target.target.name, "/", base.target.name));
    for (const NamedFigure& figure : Figures()) {
      Set(ratios, figure.name, MedianRatio(target, base, figure.of));
    }
  }
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  std::string json;
  return google::protobuf::util::MessageToJsonString(whole, &json, options).ok() ? json : "{}";
}

std::string ToLine(const std::string& target, const Round& round) {
  const Measured& measured = round.measured;
  std::string line = absl::StrFormat(
      "%-12s %10.0f calls/s %11.0f values/s  p50 %6d p90 %6d p99 %6d p99.9 %6d max %7d us", target,
      round.calls_per_second(), round.values_per_second(), measured.ok.Percentile(50),
      measured.ok.Percentile(90), measured.ok.Percentile(99), measured.ok.Percentile(99.9),
      measured.ok.max());
  if (measured.refused.count() > 0) {
    absl::StrAppendFormat(&line, "  refused %d (p99 %d us)", measured.refused.count(),
                          measured.refused.Percentile(99));
  }
  if (measured.missed > 0) absl::StrAppendFormat(&line, "  missed %d", measured.missed);
  if (round.rss_kib_peak > 0) {
    absl::StrAppendFormat(&line, "  rss %d MiB  cpu %.2f+%.2f s", round.rss_kib_peak / 1024,
                          round.server_cpu_seconds, round.client_cpu_seconds);
  }
  return line;
}

std::string ToTable(const Report& report) {
  const TargetReport& base = report.targets.front();
  std::string table = absl::StrFormat("%-12s %12s %12s %10s %10s %8s %8s\n", "median", "calls/s",
                                      "values/s", "p50 us", "p99 us", "ratio", "p99 ratio");
  for (const TargetReport& target : report.targets) {
    const auto& figures = Figures();
    absl::StrAppendFormat(&table, "%-12s %12.0f %12.0f %10.0f %10.0f %8.3f %8.3f\n",
                          target.target.name, MedianOf(target, figures[0].of),
                          MedianOf(target, figures[1].of), MedianOf(target, figures[2].of),
                          MedianOf(target, figures[4].of), MedianRatio(target, base, figures[0].of),
                          MedianRatio(target, base, figures[4].of));
  }
  return table;
}

}  // namespace keyward::bench
