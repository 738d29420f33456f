#ifndef KEYWARD_SERVER_SERVER_METRICS_H_
#define KEYWARD_SERVER_SERVER_METRICS_H_

#include "server/audit/audit_log.h"
#include "server/key_operations.h"
#include "server/keyring/kek.h"
#include "server/keyring/keyring.h"
#include "server/telemetry/metrics.h"
#include "server/tls/identity_files.h"

namespace keyward {

// What the parts of a server count by themselves; docs/OPERATIONS.md lists it.
void WriteKeyringMetrics(const keyring::MasterKeys& keks, const keyring::Keyring& keyring,
                         const KeyOperations& operations, telemetry::MetricsWriter& writer);
void WriteAuditMetrics(const audit::AuditLog& audit, telemetry::MetricsWriter& writer);
void WriteCertificateMetrics(const tls::IdentityFiles& identity, telemetry::MetricsWriter& writer);
void WriteBuildInfo(telemetry::MetricsWriter& writer);

}  // namespace keyward

#endif  // KEYWARD_SERVER_SERVER_METRICS_H_
