#include "server/rpc/rpc_server.h"

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <map>
#include <optional>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "server/net/acceptor.h"
#include "server/rpc/admission.h"
#include "server/rpc/call_metrics.h"
#include "server/rpc/call_queue.h"
#include "server/rpc/channelz_counts.h"
#include "server/rpc/connection_settings.h"
#include "server/rpc/grpc_log.h"
#include "server/rpc/health_service.h"
#include "server/rpc/key_service.h"
#include "server/rpc/listeners.h"
#include "server/rpc/reflection_service.h"
#include "server/rpc/unary_call.h"

namespace keyward::rpc {
namespace {

constexpr char kKeyService[] = "keyward.v1.KeyService";
constexpr char kAdminService[] = "keyward.v1.KeyAdminService";
constexpr char kHealthService[] = "grpc.health.v1.Health";

// How long no call may have come before the server stops listening to those who are connected: gRPC
// cancels, rather than refuses, a call that arrives in the moment of its shutdown.
constexpr absl::Duration kQuiet = absl::Milliseconds(100);
constexpr absl::Duration kMaxWaitForQuiet = absl::Seconds(2);
constexpr absl::Duration kPoll = absl::Milliseconds(2);
// With no call left, for how long clients may take to close their connections themselves: one that
// is idle may not look at its connection for seconds.
constexpr absl::Duration kGoodbye = absl::Milliseconds(500);
// For how long a call that was cancelled may wait for the store's answer.
constexpr absl::Duration kStoreGrace = absl::Seconds(1);
// What all requests in flight may hold together; beyond it they are told OVERLOADED.
constexpr int64_t kMaxBytesInFlight = 256 * 1024 * 1024;

class Running final : public RpcServer {
 public:
  explicit Running(RpcOptions options)
      : options_(std::move(options)),
        admission_(options_.max_in_flight, kMaxBytesInFlight),
        gate_{admission_, log_, options_.authorizer, options_.audit, &refusals_, options_.spans},
        health_check_(MakeHealthCheckMethod(health_service_, health_)) {}
  ~Running() override {
    if (serving_ && !Drain(absl::ZeroDuration(), absl::ZeroDuration())) std::abort();
  }

  // To be served besides health; before Listen.
  void Offer(keyring::Keyring& keyring, const KeyAdmin& admin) {
    methods_ = MakeKeyServiceMethods(key_service_, keyring, options_.version, options_.store);
    admin_methods_ = MakeKeyAdminServiceMethods(admin_service_, admin);
  }
  absl::Status Listen();
  void Serve();

  const std::vector<std::string>& addresses() const override { return addresses_; }
  void SetServing(bool serving) override;
  void WriteMetrics(telemetry::MetricsWriter& writer) const override;
  bool Drain(absl::Duration delay, absl::Duration timeout) override;

 private:
  void AddServices(grpc::ServerBuilder& builder);
  template <typename Request, typename Response>
  void AddUnary(std::string_view service, const UnaryMethod<Request, Response>& method,
                CallQueue& queue);
  void AddReflection(ReflectionCall::RequestCall request_call, CallQueue& queue);
  void AddStreams(CallQueue& queue);
  void WaitUntilQuiet(absl::Time deadline) const;
  // Has each queue tell its open streams, on a thread that holds it.
  void UpdateStreams(CallQueue& queue);

  RpcOptions options_;
  Admission admission_;
  CallLog log_;
  telemetry::NamedCounters refusals_;
  const Gate gate_;
  HealthState health_;
  RawKeyService key_service_;
  RawKeyAdminService admin_service_;
  HealthService health_service_;
  ReflectionService reflection_;
  ReflectionAlphaService reflection_alpha_;
  // Nothing where health alone is served.
  std::optional<KeyServiceMethods> methods_;
  std::optional<KeyAdminServiceMethods> admin_methods_;
  HealthCheckMethod health_check_;
  std::vector<std::string> service_names_;
  std::vector<std::string> addresses_;
  std::vector<net::AcceptorListener> listeners_;  // until they are served

  // These end in reverse: the server, its queues, the slots that live on them.
  std::vector<std::unique_ptr<Callers>> callers_;  // one for each queue
  std::vector<std::shared_ptr<void>> pools_;
  std::map<CallQueue*, std::vector<std::function<void()>>> stream_updates_;
  std::vector<std::unique_ptr<CallQueue>> queues_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<net::Acceptor> acceptor_;
  bool serving_ = false;
};

absl::Status Running::Listen() {
  grpc::ServerBuilder builder;
  ConfigureConnections(builder, options_.max_connection_age);
  AddServices(builder);
  auto listeners = Open(options_.listeners, options_.tls, builder);
  if (!listeners.ok()) return listeners.status();
  listeners_ = *std::move(listeners);
  for (const net::AcceptorListener& listener : listeners_) {
    addresses_.push_back(listener.socket.address().Text());
  }
  const unsigned cores = methods_ ? std::max(1U, std::thread::hardware_concurrency()) : 1;
  for (unsigned i = 0; i < cores; ++i) {
    queues_.push_back(std::make_unique<CallQueue>(builder.AddCompletionQueue()));
  }
  server_ = builder.BuildAndStart();
  return server_ == nullptr ? absl::FailedPreconditionError("gRPC did not start")
                            : absl::OkStatus();
}

void Running::AddServices(grpc::ServerBuilder& builder) {
  builder.RegisterService(&health_service_);
  if (!methods_) return;
  builder.RegisterService(&key_service_);
  builder.RegisterService(&admin_service_);
  service_names_ = {kKeyService, kAdminService, kHealthService};
  if (!options_.reflection) return;
  builder.RegisterService(&reflection_);
  builder.RegisterService(&reflection_alpha_);
  service_names_.push_back("grpc.reflection.v1.ServerReflection");
  service_names_.push_back("grpc.reflection.v1alpha.ServerReflection");
}

void Running::Serve() {
  serving_ = true;
  for (const auto& queue : queues_) {
    queue->Start({[this](CallQueue& q) {
      callers_.push_back(std::make_unique<Callers>(OnlyUnixPath(options_.listeners)));
      if (methods_) {
        methods_->ForEach([&](const auto& method) { AddUnary(kKeyService, method, q); });
        admin_methods_->ForEach([&](const auto& method) { AddUnary(kAdminService, method, q); });
      }
      AddUnary(kHealthService, health_check_, q);
      AddStreams(q);
    }});
  }
  acceptor_ = std::make_unique<net::Acceptor>(std::move(listeners_), options_.connections,
                                              MakeChannelzCounts(), [this] {
                                                for (const auto& queue : queues_)
                                                  queue->LookAfter();
                                              });
}

template <typename Request, typename Response>
void Running::AddUnary(std::string_view service, const UnaryMethod<Request, Response>& method,
                       CallQueue& queue) {
  using Call = UnaryCall<Request, Response>;
  // Those over the limit need slots as well, to be told so.
  const size_t max = static_cast<size_t>(options_.max_in_flight) + 2 * method.ready_calls;
  auto stock = std::make_shared<typename Call::Stock>();
  auto pool = std::make_shared<CallPool<Call>>(
      queue, method.ready_calls, max,
      [this, service, &method, stock, callers = callers_.back().get()](CallPool<Call>& own_pool) {
        return std::make_unique<Call>(own_pool, service, method, gate_, *callers, *stock);
      });
  pool->Start();
  pools_.push_back(std::move(pool));
}

void Running::AddStreams(CallQueue& queue) {
  auto watches = std::make_shared<WatchCall::Pool>(
      queue, /*ready=*/4, /*max=*/128, [this](WatchCall::Pool& own_pool) {
        return std::make_unique<WatchCall>(own_pool, health_service_, health_);
      });
  watches->Start();
  stream_updates_[&queue].push_back(
      [pool = watches.get()] { pool->ForEach([](WatchCall& call) { call.Update(); }); });
  pools_.push_back(std::move(watches));
  if (!options_.reflection) return;
  AddReflection([this](auto... call) { reflection_.RequestServerReflectionInfo(call...); }, queue);
  AddReflection([this](auto... call) { reflection_alpha_.RequestServerReflectionInfo(call...); },
                queue);
}

void Running::AddReflection(ReflectionCall::RequestCall request_call, CallQueue& queue) {
  auto pool = std::make_shared<ReflectionCall::Pool>(
      queue, /*ready=*/64, /*max=*/2048,
      [this, request_call = std::move(request_call)](ReflectionCall::Pool& own_pool) {
        return std::make_unique<ReflectionCall>(own_pool, request_call, service_names_, health_);
      });
  pool->Start();
  stream_updates_[&queue].push_back(
      [pool = pool.get()] { pool->ForEach([](ReflectionCall& call) { call.Update(); }); });
  pools_.push_back(std::move(pool));
}

void Running::SetServing(bool serving) {
  health_.SetServing(serving);
  for (const auto& queue : queues_) UpdateStreams(*queue);
}

void Running::WriteMetrics(telemetry::MetricsWriter& writer) const {
  const auto of_service = [&](std::string_view service) {
    return [&writer, service](const auto& method) {
      WriteCallMetrics(writer, service, method.name, *method.calls);
    };
  };
  if (methods_) {
    methods_->ForEach(of_service(kKeyService));
    admin_methods_->ForEach(of_service(kAdminService));
  }
  of_service(kHealthService)(health_check_);
  for (const auto& [reason, count] : refusals_.Read()) {
    writer.Counter("keyward_refused_total",
                   "Calls that were answered with an error, by its reason.", {{"reason", reason}},
                   static_cast<double>(count));
  }
  writer.Gauge("keyward_calls_in_flight", "Calls that are being served.", {},
               static_cast<double>(admission_.in_flight()));
  writer.Gauge("keyward_serving", "What the health service says: 1 is SERVING.", {},
               health_.Get("") == grpc::health::v1::HealthCheckResponse::SERVING ? 1 : 0);
}

void Running::UpdateStreams(CallQueue& queue) {
  queue.Post([this, &queue] {
    for (const auto& update : stream_updates_.at(&queue)) update();
  });
}

bool Running::Drain(absl::Duration delay, absl::Duration timeout) {
  SetServing(false);
  absl::SleepFor(delay);
  const absl::Time deadline = absl::Now() + timeout;
  admission_.StartDraining();
  WaitUntilQuiet(std::min(deadline, absl::Now() + kMaxWaitForQuiet));
  health_.Stop();
  for (const auto& queue : queues_) UpdateStreams(*queue);
  const bool idle = admission_.in_flight() == 0;
  acceptor_->Stop();
  server_->Shutdown(
      absl::ToChronoTime(idle ? std::min(deadline, absl::Now() + kGoodbye) : deadline));
  const auto last = absl::ToChronoTime(absl::Now() + kStoreGrace);
  bool all_ended = true;
  for (const auto& queue : queues_) all_ended &= queue->JoinUntil(last);
  serving_ = false;
  return all_ended;
}

void Running::WaitUntilQuiet(absl::Time deadline) const {
  int64_t seen = admission_.arrivals();
  absl::Time quiet_since = absl::Now();
  while (absl::Now() < deadline) {
    const int64_t now_seen = admission_.arrivals();
    if (now_seen != seen || admission_.in_flight() > 0) quiet_since = absl::Now();
    if (absl::Now() - quiet_since >= kQuiet) return;
    seen = now_seen;
    absl::SleepFor(kPoll);
  }
}

absl::StatusOr<std::unique_ptr<RpcServer>> Begin(std::unique_ptr<Running> server) {
  CaptureGrpcLog();
  // Debian's Abseil looks for deadlocks each time that gRPC takes a lock.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  if (absl::Status status = server->Listen(); !status.ok()) return status;
  ForwardGrpcLog();
  server->Serve();
  return server;
}

}  // namespace

absl::StatusOr<std::unique_ptr<RpcServer>> RpcServer::Start(RpcOptions options,
                                                            keyring::Keyring& keyring,
                                                            const KeyAdmin& admin) {
  auto server = std::make_unique<Running>(std::move(options));
  server->Offer(keyring, admin);
  return Begin(std::move(server));
}

absl::StatusOr<std::unique_ptr<RpcServer>> RpcServer::StartHealthAlone(RpcOptions options) {
  return Begin(std::make_unique<Running>(std::move(options)));
}

}  // namespace keyward::rpc
