#include "server/flags.h"

#include "absl/strings/ascii.h"

namespace keyward {
namespace {

// Every flag has a variable of its name.
template <typename Value>
CLI::Option* AddFlag(CLI::App& app, const std::string& name, Value& value,
                     const std::string& help) {
  return app.add_option("--" + name, value, help)
      ->envname("KEYWARD_" + absl::AsciiStrToUpper(name))
      ->capture_default_str();
}

}  // namespace

void AddFlags(CLI::App& app, Flags& flags) {
  AddFlag(app, "listen", flags.listen,
          "HOST:PORT or unix:/path; may be repeated. Without TLS: loopback and unix sockets alone")
      ->delimiter(',');
  AddFlag(app, "insecure_listen", flags.insecure_listen,
          "HOST:PORT without TLS on any address; key export and operators' calls are refused there")
      ->delimiter(',');
  AddFlag(app, "store", flags.store,
          "where keys are kept: sqlite:PATH or postgresql://USER@HOST/DATABASE");
  AddFlag(app, "store_password_file", flags.store_password_file,
          "file with the database user's password; for postgresql://");
  AddFlag(
      app, "store_read_from", flags.store_read_from,
      "primary or standby: which server of postgresql:// is read from; a standby only tells what "
      "it has as the primary has it");
  AddFlag(app, "store_wait", flags.store_wait,
          "at the start: for how long a database that cannot be reached is waited for");
  AddFlag(app, "legacy_db", flags.legacy_db, "the Python module's own database, to share with it");
  AddFlag(app, "tls_cert", flags.tls_cert, "server certificate chain, PEM");
  AddFlag(app, "tls_key", flags.tls_key, "its private key, PEM");
  AddFlag(app, "tls_client_ca", flags.tls_client_ca, "CA that signs clients' certificates, PEM");
  AddFlag(app, "policy", flags.policy,
          "who may do what, in Protobuf's text format; needed to listen beyond this machine");
  AddFlag(app, "audit_log", flags.audit_log, "file that records every call before it is answered");
  AddFlag(app, "audit_user_ids", flags.audit_user_ids,
          "plain, or hmac: told by a keyed hash, which only the master key's owner can compare");
  AddFlag(app, "audit_on_failure", flags.audit_on_failure,
          "refuse calls that cannot be recorded, or count them and go on");
  AddFlag(app, "audit_max_bytes", flags.audit_max_bytes,
          "a larger audit log is renamed and begun anew; 0: never");
  app.add_flag("--audit_sync", flags.audit_sync,
               "answer a call only once its record is on the disk")
      ->envname("KEYWARD_AUDIT_SYNC");
  AddFlag(
      app, "health_listen", flags.health_listen,
      "HOST:PORT, without TLS, that serves grpc.health.v1 alone, for probes; none unless given");
  AddFlag(app, "metrics_listen", flags.metrics_listen,
          "HOST:PORT of an HTTP endpoint for Prometheus, /metrics; none unless given");
  AddFlag(app, "otlp_endpoint", flags.otlp_endpoint,
          "http://HOST:PORT, or https://, of an OpenTelemetry collector (OTLP over gRPC) that is "
          "sent a "
          "span for each call whose trace is sampled; none unless given");
  AddFlag(app, "reflection", flags.reflection,
          "true or false; on unless told where all listeners are local");
  AddFlag(app, "cache_max_keys", flags.cache_max_keys, "users whose keys are kept ready");
  AddFlag(app, "cache_ttl", flags.cache_ttl, "for how long, such as 10m");
  AddFlag(app, "pool_key_salt", flags.pool_key_salt, "salt of the pool's key");
  AddFlag(app, "token_format", flags.token_format,
          "v2 or v3: how a value is sealed where the call does not say; v2 is the Python module's");
  AddFlag(app, "rotate_after", flags.rotate_after,
          "age at which a user's key is rotated, such as 2160h; 0: never");
  AddFlag(app, "rotate_after_messages", flags.rotate_after_messages,
          "v2 tokens after which a user's key is rotated; 0: never");
  AddFlag(app, "delete_grace", flags.delete_grace,
          "from the deletion of a user's key until it is destroyed");
  AddFlag(app, "backup_dir", flags.backup_dir, "folder for backups of the running server");
  AddFlag(app, "max_in_flight", flags.max_in_flight, "calls at once; more are told OVERLOADED");
  AddFlag(app, "max_connections", flags.max_connections, "open at once; more are closed at once");
  AddFlag(app, "max_connections_per_address", flags.max_connections_per_address,
          "of them, from one IPv4 address or IPv6 /64; loopback is exempt");
  AddFlag(app, "max_connection_age", flags.max_connection_age,
          "after which a client is asked to connect anew; 0: never");
  AddFlag(app, "drain_delay", flags.drain_delay,
          "after SIGTERM: go on serving, but report NOT_SERVING, for so long");
  AddFlag(app, "drain_timeout", flags.drain_timeout, "then cancel what is left after so long");
  AddFlag(app, "seccomp", flags.seccomp,
          "on or off: whether the kernel refuses the system calls that the server does not need");
  AddFlag(app, "log_level", flags.log_level, "debug, info, warning or error");
  app.add_flag("--require_master_key", flags.require_master_key,
               "end with status 78 where there is no usable master key")
      ->envname("KEYWARD_REQUIRE_MASTER_KEY");
}

}  // namespace keyward
