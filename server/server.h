#ifndef KEYWARD_SERVER_SERVER_H_
#define KEYWARD_SERVER_SERVER_H_

#include <functional>
#include <memory>

#include "absl/status/statusor.h"
#include "server/config.h"
#include "server/guards.h"
#include "server/key_operations.h"
#include "server/keyring/kek.h"
#include "server/keyring/keyring.h"
#include "server/keyring/legacy_wrap.h"
#include "server/master_key_source.h"
#include "server/metered_key_store.h"
#include "server/rpc/rpc_server.h"
#include "server/store/key_store.h"
#include "server/telemetry/metrics_endpoint.h"
#include "server/telemetry/span_exporter.h"

namespace keyward {

// The whole server: master keys, store, keyring and listeners, wired.
class Server {
 public:
  // Serves when it returns; probes are answered before that, while it waits for a database. An
  // error is one line for the operator: nothing was left running. CANCELLED where `stop` said
  // meanwhile that the program is to end.
  static absl::StatusOr<std::unique_ptr<Server>> Start(const Config& config,
                                                       MasterKeyMaterial master_keys,
                                                       const std::function<bool()>& stop);

  // Refuses new calls, lets those in flight end, and stops. Once. False where one still waits for
  // the store: then the server must not be destroyed.
  bool Drain();

  // SIGHUP: looks at the files of TLS and policy now, and begins a new audit log.
  void Refresh() { guards_->Refresh(); }

 private:
  Server(const Config& config, MasterKeyMaterial master_keys);

  absl::Status OpenStore(const std::function<bool()>& stop);
  absl::Status BridgeStore();
  absl::Status OpenKeyring();
  absl::Status ExportSpans();
  absl::Status Listen();
  absl::Status ServeProbes();
  void SetServing(bool serving);
  absl::Status ServeMetrics();
  void WriteMetrics(telemetry::MetricsWriter& writer) const;

  const Config config_;
  const keyring::MasterKeys master_keys_;
  std::unique_ptr<store::KeyStore> store_;
  const MeteredKeyStore* metered_store_ = nullptr;  // the same
  std::unique_ptr<keyring::Keyring> keyring_;
  std::unique_ptr<KeyOperations> operations_;
  std::unique_ptr<Guards> guards_;
  std::unique_ptr<telemetry::SpanExporter> spans_;  // null: they are not exported
  std::unique_ptr<rpc::RpcServer> rpc_;
  std::unique_ptr<rpc::RpcServer> probes_;  // null: there is no listener of their own
  std::unique_ptr<telemetry::MetricsEndpoint> metrics_;
};

}  // namespace keyward

#endif  // KEYWARD_SERVER_SERVER_H_
