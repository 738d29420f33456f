// Whole runs of the load generator against servers of this process.
#include "bench/load.h"

#include <gmock/gmock.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>

#include "bench/echo_server.h"
#include "bench/report.h"
#include "keyward/v1/key_service.grpc.pb.h"

namespace keyward::bench {
namespace {

using testing::HasSubstr;

Target EchoTarget(const std::string& name, const Listening& listening) {
  return *ParseTarget(name + "=" + listening.address + ",method=/keyward.bench.v1.Echo/Call");
}

LoadOptions ShortRun(std::vector<Target> targets) {
  LoadOptions options;
  options.targets = std::move(targets);
  options.workload.users = 100;
  options.warmup_seconds = 0;
  options.rounds = 2;
  options.round_seconds = 0.25;
  return options;
}

// Answers every call with this status, or with a token where that is OK.
class FixedServer final : public v1::KeyService::Service {
 public:
  explicit FixedServer(grpc::Status status) : status_(std::move(status)) {
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
    address_ = "127.0.0.1:" + std::to_string(port);
  }
  ~FixedServer() override { server_->Shutdown(std::chrono::system_clock::now()); }

  // As of an echo server, so that nothing is asked of it before the run.
  Target AsTarget() const {
    return *ParseTarget("fixed=" + address_ + ",method=/keyward.v1.KeyService/Encrypt");
  }
  std::string address() const { return address_; }

  grpc::Status Encrypt(grpc::ServerContext*, const v1::EncryptRequest*,
                       v1::EncryptResponse* response) override {
    response->set_token("v2:always-the-same");
    return status_;
  }

 private:
  const grpc::Status status_;
  std::unique_ptr<grpc::Server> server_;
  std::string address_;
};

TEST(LoadTest, MeasuresEveryTargetInEveryRound) {
  const auto async = StartAsyncEcho({.address = "127.0.0.1:0", .response_bytes = 216});
  const auto callback = StartCallbackEcho({.address = "127.0.0.1:0", .response_bytes = 216});
  ASSERT_TRUE(async.ok() && callback.ok());
  const auto report =
      RunLoad(ShortRun({EchoTarget("ceiling", *async), EchoTarget("callback", *callback)}));
  ASSERT_TRUE(report.ok()) << report.status();
  ASSERT_EQ(report->targets.size(), 2u);
  for (const TargetReport& target : report->targets) {
    ASSERT_EQ(target.rounds.size(), 2u);
    for (const Round& round : target.rounds) {
      EXPECT_GT(round.measured.calls, 0u);
      EXPECT_EQ(round.measured.calls, round.measured.codes[grpc::OK]);
      EXPECT_GT(round.measured.ok.Percentile(50), 0u);
    }
  }
}

TEST(LoadTest, TheReportIsJsonWithRatiosToTheFirstTarget) {
  const auto async = StartAsyncEcho({.address = "127.0.0.1:0"});
  ASSERT_TRUE(async.ok());
  const auto report = RunLoad(ShortRun({EchoTarget("one", *async), EchoTarget("two", *async)}));
  ASSERT_TRUE(report.ok()) << report.status();
  google::protobuf::Struct whole;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(ToJson(*report), &whole).ok());
  EXPECT_EQ(whole.fields().at("parameters").struct_value().fields().at("rounds").number_value(), 2);
  const auto& one = whole.fields().at("targets").struct_value().fields().at("one").struct_value();
  EXPECT_EQ(one.fields().at("rounds").list_value().values_size(), 2);
  const auto& ratios = whole.fields().at("ratios").struct_value().fields().at("two/one");
  EXPECT_GT(ratios.struct_value().fields().at("calls_per_second").number_value(), 0);
}

TEST(LoadTest, AtAFixedRateSendsNoMoreThanIsDue) {
  const auto async = StartAsyncEcho({.address = "127.0.0.1:0"});
  ASSERT_TRUE(async.ok());
  LoadOptions options = ShortRun({EchoTarget("ceiling", *async)});
  options.drive.rate = 200;
  options.drive.spacing = Spacing::kConstant;
  options.drive.in_flight = 1000;
  const auto report = RunLoad(options);
  ASSERT_TRUE(report.ok()) << report.status();
  for (const Round& round : report->targets[0].rounds) {
    // Two threads' schedules, each of 25 calls in the window, give or take one at its edge.
    EXPECT_LE(round.measured.ok.count() + round.measured.missed, 52u);
    EXPECT_GE(round.measured.ok.count() + round.measured.missed, 48u);
  }
}

TEST(LoadTest, AnErrorOfACallEndsTheRunAndSaysWhich) {
  FixedServer server(grpc::Status(grpc::INTERNAL, "the reason"));
  const auto report = RunLoad(ShortRun({server.AsTarget()}));
  ASSERT_FALSE(report.ok());
  EXPECT_THAT(report.status().ToString(), HasSubstr("fixed: INTERNAL: the reason"));
}

TEST(LoadTest, RefusalsAreCountedWhereTheyAreAllowed) {
  FixedServer server(grpc::Status(grpc::RESOURCE_EXHAUSTED, "OVERLOADED"));
  LoadOptions options = ShortRun({server.AsTarget()});
  EXPECT_FALSE(RunLoad(options).ok());
  options.drive.refusals_allowed = true;
  const auto report = RunLoad(options);
  ASSERT_TRUE(report.ok()) << report.status();
  const Measured& measured = report->targets[0].rounds[0].measured;
  EXPECT_EQ(measured.calls, 0u);
  EXPECT_GT(measured.codes[grpc::RESOURCE_EXHAUSTED], 0u);
  EXPECT_GT(measured.refused.count(), 0u);
  EXPECT_EQ(measured.ok.count(), 0u);
}

TEST(LoadTest, AServerThatDoesNotDecryptIsFoundOutBeforeTheRun) {
  FixedServer server(grpc::Status::OK);
  const auto report = RunLoad(ShortRun({*ParseTarget("liar=" + server.address())}));
  ASSERT_FALSE(report.ok());
  EXPECT_THAT(report.status().ToString(), HasSubstr("liar"));
}

}  // namespace
}  // namespace keyward::bench
