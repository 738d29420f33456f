#include "server/server_metrics.h"

#include <string>

#include "absl/time/time.h"
#include "server/version.h"

namespace keyward {

void WriteKeyringMetrics(const keyring::MasterKeys& keks, const keyring::Keyring& keyring,
                         const KeyOperations& operations, telemetry::MetricsWriter& writer) {
  const keyring::KeyCache::Figures cache = keyring.cache_figures();
  writer.Gauge("keyward_cache_entries", "Users whose keys are cached.", {},
               static_cast<double>(cache.entries));
  writer.Counter("keyward_cache_hits_total", "Users who were looked for in the cache, and found.",
                 {}, static_cast<double>(cache.hits));
  writer.Counter("keyward_cache_misses_total", "Users who were not found there, or too old.", {},
                 static_cast<double>(cache.misses));
  writer.Counter("keyward_cache_evictions_total", "Users who went to make room.", {},
                 static_cast<double>(cache.evictions));
  writer.Gauge("keyward_encryption_enabled", "Whether there is a usable master key.", {},
               keyring.encryption_enabled() ? 1 : 0);
  for (const keyring::Kek& kek : keks.all()) {
    writer.Gauge(
        "keyward_kek_info", "The master keys that are loaded.",
        {{"kek_id", kek.hex_id()}, {"state", &kek == keks.current() ? "current" : "previous"}}, 1);
  }
  const keyring::RewrapProgress rewrap = operations.rewrap_progress();
  using State = keyring::RewrapProgress::State;
  writer.Gauge("keyward_kek_rewrap_running", "Whether keys are being rewrapped.", {},
               rewrap.state == State::kRunning ? 1 : 0);
  writer.Gauge("keyward_kek_rewrap_failed", "Whether the last rewrap of keys failed.", {},
               rewrap.state == State::kFailed ? 1 : 0);
  writer.Gauge("keyward_kek_rewrap_keys_at_start", "Keys there were to rewrap.", {},
               static_cast<double>(rewrap.keys_at_start));
  writer.Gauge("keyward_kek_rewrap_keys_done", "Keys of them that were rewrapped.", {},
               static_cast<double>(rewrap.keys_rewrapped));
}

void WriteAuditMetrics(const audit::AuditLog& audit, telemetry::MetricsWriter& writer) {
  const audit::AuditCounters counters = audit.counters();
  writer.Counter("keyward_audit_lines_total", "Lines of the audit log that were written.", {},
                 static_cast<double>(counters.lines));
  writer.Counter("keyward_audit_bytes_total", "Their bytes.", {},
                 static_cast<double>(counters.bytes));
  writer.Counter("keyward_audit_lost_events_total", "Events that could not be written.", {},
                 static_cast<double>(counters.lost_events));
  writer.Counter("keyward_audit_failed_rotations_total", "Attempts at a new file that failed.", {},
                 static_cast<double>(counters.failed_rotations));
}

void WriteCertificateMetrics(const tls::IdentityFiles& identity, telemetry::MetricsWriter& writer) {
  writer.Gauge("keyward_certificate_expiry_timestamp_seconds",
               "When the server's certificate ends, since 1970.", {},
               absl::ToDoubleSeconds(identity.info().not_after - absl::UnixEpoch()));
  writer.Counter("keyward_certificate_reloads_total", "New certificates that were taken up.", {},
                 static_cast<double>(identity.reloads()));
  writer.Counter("keyward_certificate_refusals_total", "New certificates that cannot be served.",
                 {}, static_cast<double>(identity.refusals()));
}

void WriteBuildInfo(telemetry::MetricsWriter& writer) {
  writer.Gauge("keyward_build_info", "The server's version.", {{"version", kVersion}}, 1);
}

}  // namespace keyward
