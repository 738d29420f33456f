#ifndef KEYWARD_SERVER_CONFIG_H_
#define KEYWARD_SERVER_CONFIG_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/audit/file_audit_log.h"
#include "server/keyring/token_format.h"
#include "server/net/connection_table.h"
#include "server/net/listen_address.h"
#include "server/telemetry/log.h"

namespace keyward {

// What the server was asked to be, checked for sense; see docs/OPERATIONS.md for the flags.
struct Config {
  std::vector<net::ListenAddress> listen;
  std::vector<net::ListenAddress> insecure_listen;
  std::string store_path;           // of the SQLite file; empty where there is
  std::string store_url;            // of the PostgreSQL database
  std::string store_password_file;  // empty: none
  bool reads_from_standby = false;  // of the PostgreSQL database
  absl::Duration store_wait;
  std::string legacy_db;  // empty: no bridge
  std::string tls_cert;   // all three, or none
  std::string tls_key;
  std::string tls_client_ca;
  std::string policy;                // empty: none
  audit::FileAuditLogOptions audit;  // an empty path: none
  std::optional<net::ListenAddress> health_listen;
  std::optional<net::ListenAddress> metrics_listen;
  std::string otlp_endpoint;  // empty: spans are not exported
  bool reflection = false;
  bool require_master_key = false;
  bool restrict_system_calls = true;
  int64_t cache_max_keys = 0;
  absl::Duration cache_ttl;
  std::string pool_key_salt;
  absl::Duration rotate_after;        // 0: never
  int64_t rotate_after_messages = 0;  // 0: never
  absl::Duration delete_grace;
  std::string backup_dir;  // empty: none
  keyring::TokenFormat token_format = keyring::TokenFormat::kV2;
  int64_t max_in_flight = 0;
  net::ConnectionLimits connections;
  absl::Duration max_connection_age;  // 0: for ever
  absl::Duration drain_delay;
  absl::Duration drain_timeout;
  telemetry::LogLevel log_level = telemetry::LogLevel::kInfo;

  bool has_tls() const { return !tls_cert.empty(); }
};

struct ParsedCommandLine {
  // What --help or --version print; then there is nothing else to do.
  std::optional<std::string> print;
  Config config;
};

// From flags, and from KEYWARD_<FLAG> where a flag is not given. An error is one line that names
// the flag.
absl::StatusOr<ParsedCommandLine> ParseCommandLine(int argc, const char* const* argv);

}  // namespace keyward

#endif  // KEYWARD_SERVER_CONFIG_H_
