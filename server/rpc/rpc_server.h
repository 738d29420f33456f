#ifndef KEYWARD_SERVER_RPC_RPC_SERVER_H_
#define KEYWARD_SERVER_RPC_RPC_SERVER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/audit/audit_log.h"
#include "server/auth/authorizer.h"
#include "server/keyring/keyring.h"
#include "server/net/connection_table.h"
#include "server/rpc/key_admin_service.h"
#include "server/rpc/listeners.h"
#include "server/telemetry/metrics.h"
#include "server/telemetry/span_exporter.h"
#include "server/tls/identity_files.h"

namespace keyward::rpc {

struct RpcOptions {
  std::vector<Listener> listeners;
  tls::IdentityFiles* tls = nullptr;  // there where a listener is of kMutualTls
  bool reflection = false;
  int64_t max_in_flight = 0;
  absl::Duration max_connection_age;  // zero: for ever
  net::ConnectionLimits connections;
  std::string version;  // for GetStatus
  std::string store;    // for GetStatus
  auth::Authorizer* authorizer = nullptr;
  audit::AuditLog* audit = nullptr;          // null: nothing is recorded
  telemetry::SpanExporter* spans = nullptr;  // null: they are not exported
};

// The gRPC server: KeyService, KeyAdminService, health and reflection on its listeners. It serves
// from Start to Drain.
class RpcServer {
 public:
  // `keyring` and all of `admin` must outlive it. An error's message is for the operator.
  static absl::StatusOr<std::unique_ptr<RpcServer>> Start(RpcOptions options,
                                                          keyring::Keyring& keyring,
                                                          const KeyAdmin& admin);
  // Serves health and nothing else, to probes, which have no credentials.
  static absl::StatusOr<std::unique_ptr<RpcServer>> StartHealthAlone(RpcOptions options);
  virtual ~RpcServer() = default;

  // Where it listens, with the ports that the system chose.
  virtual const std::vector<std::string>& addresses() const = 0;

  // What the health service says, until the drain.
  virtual void SetServing(bool serving) = 0;

  // Calls by method, refusals by reason, calls in flight, and what the health service says.
  virtual void WriteMetrics(telemetry::MetricsWriter& writer) const = 0;

  // Reports NOT_SERVING and goes on serving for `delay`; then refuses new calls, waits for those in
  // flight, sends GOAWAY, and cancels what is left after `timeout`. Once. False where a cancelled
  // call still waits for the store a second later: then the program must end without destroying
  // anything.
  virtual bool Drain(absl::Duration delay, absl::Duration timeout) = 0;
};

}  // namespace keyward::rpc

#endif  // KEYWARD_SERVER_RPC_RPC_SERVER_H_
