#ifndef KEYWARD_SERVER_FLAGS_H_
#define KEYWARD_SERVER_FLAGS_H_

#include <CLI/CLI.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "server/keyring/kek.h"

namespace keyward {

// The flags as they are written.
struct Flags {
  std::vector<std::string> listen = {"127.0.0.1:50051"};
  std::vector<std::string> insecure_listen;
  std::string store = "sqlite:keyward.db";
  std::string store_password_file;
  std::string store_read_from = "primary";
  std::string store_wait = "30s";
  std::string legacy_db;
  std::string tls_cert, tls_key, tls_client_ca;
  std::string policy;
  std::string audit_log;
  std::string audit_user_ids = "plain";
  std::string audit_on_failure = "refuse";
  int64_t audit_max_bytes = int64_t{1} << 30;
  bool audit_sync = false;
  std::string health_listen;
  std::string metrics_listen;
  std::string otlp_endpoint;
  std::optional<bool> reflection;
  bool require_master_key = false;
  std::string seccomp = "on";
  int64_t cache_max_keys = 200'000;
  std::string cache_ttl = "10m";
  std::string pool_key_salt = std::string(keyring::kDefaultPoolKeySalt);
  std::string token_format = "v2";
  std::string rotate_after = "0";
  int64_t rotate_after_messages = int64_t{1} << 31;
  std::string delete_grace = "720h";
  std::string backup_dir;
  int64_t max_in_flight = 4096;
  int64_t max_connections = 4096;
  int64_t max_connections_per_address = 1024;
  std::string max_connection_age = "30m";
  std::string drain_delay = "5s";
  std::string drain_timeout = "30s";
  std::string log_level = "info";
};

// Declares them, each with a variable of its name and a line of help.
void AddFlags(CLI::App& app, Flags& flags);

}  // namespace keyward

#endif  // KEYWARD_SERVER_FLAGS_H_
