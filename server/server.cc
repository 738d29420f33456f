#include "server/server.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/crypto/locked_memory.h"
#include "server/crypto/random.h"
#include "server/keyring/clock.h"
#include "server/net/descriptor_limit.h"
#include "server/open_store.h"
#include "server/server_metrics.h"
#include "server/store/bridged_key_store.h"
#include "server/telemetry/log.h"
#include "server/telemetry/otlp_exporter.h"
#include "server/telemetry/process_metrics.h"
#include "server/version.h"

namespace keyward {
namespace {

using telemetry::Log;
using telemetry::LogLevel;

// Connections, and calls, of whoever asks how the server is.
constexpr int64_t kMaxProbes = 64;

void LogMasterKeys(const keyring::MasterKeys& keys, const std::string& why_none) {
  if (keys.current() == nullptr) {
    Log(LogLevel::kWarning, "encryption_disabled",
        {{"reason", why_none},
         {"message", std::string("there is no usable master key: every call that needs one is "
                                 "refused with ENCRYPTION_DISABLED")}});
    return;
  }
  for (const keyring::Kek& kek : keys.all()) {
    Log(LogLevel::kInfo, "master_key",
        {{"kek_id", kek.hex_id()}, {"current", &kek == keys.current()}});
  }
}

void LogTally(std::string_view event, const store::UserTally& tally, const std::string& message) {
  if (tally.count == 0) return;
  Log(LogLevel::kWarning, event,
      {{"users", tally.count}, {"first", absl::StrJoin(tally.first, " ")}, {"message", message}});
}

void LogSync(const store::LegacySyncReport& report) {
  Log(LogLevel::kInfo, "legacy_import",
      {{"imported", report.imported},
       {"exported", report.exported},
       {"already_there", report.already_there},
       {"removed", report.removed},
       {"unreadable", report.unreadable.count},
       {"conflicting", report.conflicting.count}});
  LogTally("legacy_unreadable", report.unreadable,
           "keys that open under no loaded master key; they stay as they are");
  LogTally("legacy_conflict", report.conflicting,
           "users with one key in the legacy file and another in the store; the store's is served");
}

// As many connections as there can be files open.
absl::StatusOr<net::ConnectionLimits> FitToDescriptors(net::ConnectionLimits limits) {
  const int64_t room = net::RaiseDescriptorLimit();
  if (room < 1) {
    return absl::FailedPreconditionError(
        absl::StrCat("the limit on open files (ulimit -n) is ", room + net::kReservedDescriptors,
                     ": more than ", net::kReservedDescriptors, " are needed"));
  }
  if (room < limits.in_all) {
    Log(LogLevel::kWarning, "few_descriptors",
        {{"max_connections", room},
         {"message",
          std::string("fewer connections than --max_connections: raise RLIMIT_NOFILE")}});
    limits.in_all = room;
  }
  return limits;
}

}  // namespace

Server::Server(const Config& config, MasterKeyMaterial master_keys)
    : config_(config),
      master_keys_(std::move(master_keys.current), std::move(master_keys.previous),
                   config.pool_key_salt) {}

absl::StatusOr<std::unique_ptr<Server>> Server::Start(const Config& config,
                                                      MasterKeyMaterial master_keys,
                                                      const std::function<bool()>& stop) {
  telemetry::SetLogLevel(config.log_level);
  if (config.require_master_key && !master_keys.current) {
    return absl::FailedPreconditionError(
        absl::StrCat("--require_master_key: ", master_keys.why_none));
  }
  const std::string why_none = master_keys.why_none;
  std::unique_ptr<Server> server(new Server(config, std::move(master_keys)));
  LogMasterKeys(server->master_keys_, why_none);
  if (absl::Status status = server->ServeProbes(); !status.ok()) return status;
  if (absl::Status status = server->OpenStore(stop); !status.ok()) return status;
  if (absl::Status status = server->OpenKeyring(); !status.ok()) return status;
  auto guards = Guards::Open(config, server->master_keys_);
  if (!guards.ok()) return guards.status();
  server->guards_ = *std::move(guards);
  if (absl::Status status = server->ExportSpans(); !status.ok()) return status;
  if (absl::Status status = server->Listen(); !status.ok()) return status;
  if (absl::Status status = server->ServeMetrics(); !status.ok()) return status;
  if (const size_t unlocked = crypto::LockedMemory::Process().unlocked_bytes(); unlocked > 0) {
    Log(LogLevel::kWarning, "memory_not_locked",
        {{"bytes", static_cast<int64_t>(unlocked)},
         {"message", std::string("keys may be written to swap: raise RLIMIT_MEMLOCK")}});
  }
  server->operations_->Start();
  server->SetServing(server->keyring_->encryption_enabled());
  Log(LogLevel::kInfo, "serving",
      {{"version", std::string(kVersion)},
       {"encryption_enabled", server->keyring_->encryption_enabled()}});
  return server;
}

absl::Status Server::OpenStore(const std::function<bool()>& stop) {
  auto opened = keyward::OpenStore(config_, stop);
  if (!opened.ok()) return opened.status();
  store_ = *std::move(opened);
  // Without a master key no call reaches the store, and the legacy file's keys cannot be read.
  if (!config_.legacy_db.empty() && master_keys_.current() != nullptr) {
    if (absl::Status bridged = BridgeStore(); !bridged.ok()) return bridged;
  }
  auto metered = std::make_unique<MeteredKeyStore>(std::move(store_));
  metered_store_ = metered.get();
  store_ = std::move(metered);
  return absl::OkStatus();
}

absl::Status Server::BridgeStore() {
  auto bridged = store::BridgedKeyStore::Open(
      {.path = config_.legacy_db}, std::move(store_),
      std::make_unique<keyring::LegacyWrap>(master_keys_, keyring::SystemClock(),
                                            crypto::SystemRandom()));
  if (!bridged.ok()) return bridged.status();
  LogSync((*bridged)->report());
  store_ = *std::move(bridged);
  return absl::OkStatus();
}

absl::Status Server::OpenKeyring() {
  keyring_ = std::make_unique<keyring::Keyring>(
      master_keys_, *store_, keyring::SystemClock(), crypto::SystemRandom(),
      keyring::Keyring::Options{.cache_max_users = static_cast<size_t>(config_.cache_max_keys),
                                .cache_ttl = config_.cache_ttl,
                                .token_format = config_.token_format,
                                .lifecycle = {.delete_grace = config_.delete_grace,
                                              .legacy_shared = !config_.legacy_db.empty()},
                                .rotation = {.max_age = config_.rotate_after,
                                             .max_messages = config_.rotate_after_messages}});
  auto operations = KeyOperations::Open(config_, master_keys_, *store_, *keyring_);
  if (!operations.ok()) return operations.status();
  operations_ = *std::move(operations);
  return absl::OkStatus();
}

absl::Status Server::ExportSpans() {
  if (config_.otlp_endpoint.empty()) return absl::OkStatus();
  auto spans = telemetry::StartOtlpExporter({config_.otlp_endpoint, kVersion});
  if (!spans.ok()) return spans.status();
  spans_ = *std::move(spans);
  Log(LogLevel::kInfo, "exporting_spans", {{"endpoint", config_.otlp_endpoint}});
  return absl::OkStatus();
}

absl::Status Server::Listen() {
  using rpc::Reach;
  rpc::RpcOptions options{.reflection = config_.reflection,
                          .max_in_flight = config_.max_in_flight,
                          .max_connection_age = config_.max_connection_age,
                          .version = kVersion,
                          .store = std::string(store_->Kind())};
  auto connections = FitToDescriptors(config_.connections);
  if (!connections.ok()) return connections.status();
  options.connections = *connections;
  for (const net::ListenAddress& address : config_.listen) {
    const bool tls = config_.has_tls() && !address.is_unix();
    options.listeners.push_back({address, tls ? Reach::kMutualTls : Reach::kLocal});
  }
  for (const net::ListenAddress& address : config_.insecure_listen) {
    options.listeners.push_back({address, Reach::kAnyone});
  }
  options.tls = guards_->tls();
  options.authorizer = &guards_->authorizer();
  options.audit = guards_->audit();
  options.spans = spans_.get();
  auto rpc = rpc::RpcServer::Start(std::move(options), *keyring_, operations_->admin());
  if (!rpc.ok()) return rpc.status();
  rpc_ = *std::move(rpc);
  for (const std::string& address : rpc_->addresses()) {
    Log(LogLevel::kInfo, "listening", {{"address", address}});
  }
  for (const net::ListenAddress& address : config_.insecure_listen) {
    Log(LogLevel::kWarning, "insecure_listener",
        {{"address", address.Text()},
         {"message", std::string("anyone who reaches this address may encrypt and decrypt")}});
  }
  return absl::OkStatus();
}

absl::Status Server::ServeProbes() {
  if (!config_.health_listen) return absl::OkStatus();
  rpc::RpcOptions options{.max_in_flight = kMaxProbes};
  options.connections = {.in_all = kMaxProbes, .per_network = kMaxProbes};
  options.listeners = {{*config_.health_listen, rpc::Reach::kAnyone}};
  auto probes = rpc::RpcServer::StartHealthAlone(std::move(options));
  if (!probes.ok()) return probes.status();
  probes_ = *std::move(probes);
  Log(LogLevel::kInfo, "health_listening", {{"address", probes_->addresses().front()}});
  return absl::OkStatus();
}

void Server::SetServing(bool serving) {
  rpc_->SetServing(serving);
  if (probes_ != nullptr) probes_->SetServing(serving);
}

absl::Status Server::ServeMetrics() {
  if (!config_.metrics_listen) return absl::OkStatus();
  net::ListenAddress address = *config_.metrics_listen;
  auto endpoint = telemetry::MetricsEndpoint::Start(
      address.Text(), [this](telemetry::MetricsWriter& writer) { WriteMetrics(writer); });
  if (!endpoint.ok()) return endpoint.status();
  metrics_ = *std::move(endpoint);
  address.port = metrics_->port();
  Log(LogLevel::kInfo, "metrics_listening", {{"address", address.Text()}});
  return absl::OkStatus();
}

void Server::WriteMetrics(telemetry::MetricsWriter& writer) const {
  rpc_->WriteMetrics(writer);
  metered_store_->WriteMetrics(writer);
  WriteKeyringMetrics(master_keys_, *keyring_, *operations_, writer);
  if (guards_->audit() != nullptr) WriteAuditMetrics(*guards_->audit(), writer);
  if (guards_->tls() != nullptr) WriteCertificateMetrics(*guards_->tls(), writer);
  if (spans_ != nullptr) spans_->WriteMetrics(writer);
  WriteBuildInfo(writer);
  telemetry::WriteProcessMetrics(writer);
}

bool Server::Drain() {
  operations_->StopUpkeep();
  SetServing(false);
  const bool all_ended = rpc_->Drain(config_.drain_delay, config_.drain_timeout);
  if (probes_ != nullptr) probes_->Drain(absl::ZeroDuration(), absl::ZeroDuration());
  if (spans_ != nullptr) spans_->Stop();
  Log(all_ended ? LogLevel::kInfo : LogLevel::kWarning, "stopped",
      {{"all_calls_ended", all_ended}});
  return all_ended;
}

}  // namespace keyward
