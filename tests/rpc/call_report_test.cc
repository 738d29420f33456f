#include "server/rpc/call_report.h"

#include <gmock/gmock.h>
#include <grpcpp/test/server_context_test_spouse.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "server/errors/errors.h"
#include "server/rpc/admission.h"
#include "server/rpc/call_log.h"

namespace keyward::rpc {
namespace {

using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::SizeIs;

constexpr char kTraceId[] = "4bf92f3577b34da6a3ce929d0e0e4736";
constexpr char kParentId[] = "00f067aa0ba902b7";

std::string Traceparent(bool is_sampled) {
  return std::string("00-") + kTraceId + "-" + kParentId + (is_sampled ? "-01" : "-00");
}

class RecordingExporter final : public telemetry::SpanExporter {
 public:
  struct Span {
    std::string trace_id, parent_id, service, method, reason, request_id;
    int grpc_code;
  };

  void Add(const telemetry::CallSpan& span) override {
    spans.push_back({std::string(span.parent.trace_id), std::string(span.parent.parent_id),
                     std::string(span.service), std::string(span.method), std::string(span.reason),
                     std::string(span.request_id), span.grpc_code});
    EXPECT_LE(span.start + span.duration, std::chrono::steady_clock::now());
  }
  void Stop() override {}
  void WriteMetrics(telemetry::MetricsWriter&) const override {}

  std::vector<Span> spans;
};

class CallReportTest : public ::testing::Test {
 protected:
  // A call that brought this metadata and is answered with `status`.
  void Serve(const std::vector<std::pair<std::string, std::string>>& metadata,
             const absl::Status& status) {
    grpc::ServerContext context;
    grpc::testing::ServerContextTestSpouse spouse(&context);
    for (const auto& [name, value] : metadata) spouse.AddClientMetadata(name, value);
    report_.Begin(context);
    report_.Answer(status, context);
    report_.Clear();
    answered_ = spouse.GetTrailingMetadata();
  }

  Admission admission_{1, 1};
  CallLog log_;
  RecordingExporter exporter_;
  telemetry::NamedCounters refusals_;
  telemetry::CallCounters calls_;
  Gate gate_{admission_, log_, nullptr, nullptr, &refusals_, &exporter_};
  CallReport report_{"keyward.v1.KeyService", "Encrypt", calls_, gate_};
  std::multimap<std::string, std::string> answered_;
};

TEST_F(CallReportTest, ASampledCallIsASpan) {
  Serve({{"traceparent", Traceparent(true)}, {"x-request-id", "order-7"}}, absl::OkStatus());
  ASSERT_THAT(exporter_.spans, SizeIs(1));
  const RecordingExporter::Span& span = exporter_.spans.front();
  EXPECT_EQ(span.trace_id, kTraceId);
  EXPECT_EQ(span.parent_id, kParentId);
  EXPECT_EQ(span.service, "keyward.v1.KeyService");
  EXPECT_EQ(span.method, "Encrypt");
  EXPECT_EQ(span.grpc_code, 0);
  EXPECT_EQ(span.reason, "");
  EXPECT_EQ(span.request_id, "order-7");
}

TEST_F(CallReportTest, ASpanOfACallThatFailedHasItsReasonAndTheRequestIdThatTheCallerIsTold) {
  Serve({{"traceparent", Traceparent(true)}}, errors::UserKeyNotFound());
  ASSERT_THAT(exporter_.spans, SizeIs(1));
  EXPECT_EQ(exporter_.spans.front().grpc_code, 5);
  EXPECT_EQ(exporter_.spans.front().reason, "USER_KEY_NOT_FOUND");
  EXPECT_THAT(exporter_.spans.front().request_id, MatchesRegex("[0-9a-f]{32}"));
  EXPECT_EQ(answered_.find("x-request-id")->second, exporter_.spans.front().request_id);
}

TEST_F(CallReportTest, NoOtherCallIsASpan) {
  Serve({}, absl::OkStatus());
  Serve({{"traceparent", Traceparent(false)}}, absl::OkStatus());
  Serve({{"traceparent", "nonsense"}}, errors::UserKeyNotFound());
  EXPECT_THAT(exporter_.spans, IsEmpty());
}

TEST_F(CallReportTest, CallsAreCountedAndThoseThatFailByReason) {
  Serve({}, absl::OkStatus());
  Serve({}, errors::UserKeyNotFound());
  EXPECT_EQ(calls_.Read().handled[0], 1u);
  EXPECT_EQ(calls_.Read().handled[5], 1u);
  EXPECT_EQ(refusals_.Read().at("USER_KEY_NOT_FOUND"), 1u);
}

TEST_F(CallReportTest, NothingOfOneCallIsToldOfTheNext) {
  Serve({{"traceparent", Traceparent(true)}, {"x-request-id", "order-7"}}, absl::OkStatus());
  Serve({}, absl::OkStatus());
  EXPECT_THAT(exporter_.spans, SizeIs(1));
  EXPECT_THAT(answered_, IsEmpty());
}

}  // namespace
}  // namespace keyward::rpc
