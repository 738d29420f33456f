#include "server/config.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "server/flags.h"
#include "server/store/postgres_connection.h"
#include "server/text/text.h"
#include "server/version.h"

namespace keyward {
namespace {

constexpr absl::string_view kSqlitePrefix = "sqlite:";

// Beyond these memory would end first: a cached user takes some 400 bytes, a call in flight some
// kilobytes.
constexpr int64_t kMaxCacheKeys = 100'000'000;
constexpr int64_t kMaxInFlight = 1'000'000;
constexpr int64_t kMaxConnections = 1'000'000;

absl::Status BadFlag(absl::string_view name, absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat("--", name, ": ", why));
}

absl::StatusOr<absl::Duration> ParseDuration(absl::string_view name, const std::string& text) {
  absl::Duration duration;
  if (!absl::ParseDuration(text, &duration) || duration < absl::ZeroDuration() ||
      duration > absl::Hours(24 * 365)) {
    return BadFlag(name, absl::StrCat("'", text, "' is not a duration such as 5s, 10m or 1h"));
  }
  return duration;
}

absl::StatusOr<std::vector<net::ListenAddress>> ParseAddresses(
    absl::string_view name, const std::vector<std::string>& texts) {
  std::vector<net::ListenAddress> addresses;
  for (const std::string& text : texts) {
    if (text.empty()) continue;
    auto address = net::ParseListenAddress(text);
    if (!address.ok()) {
      return BadFlag(name, absl::StrCat("'", text, "': ", address.status().message()));
    }
    addresses.push_back(*std::move(address));
  }
  return addresses;
}

absl::StatusOr<telemetry::LogLevel> ParseLogLevel(const std::string& text) {
  static const std::map<std::string, telemetry::LogLevel> kLevels = {
      {"debug", telemetry::LogLevel::kDebug},
      {"info", telemetry::LogLevel::kInfo},
      {"warning", telemetry::LogLevel::kWarning},
      {"error", telemetry::LogLevel::kError}};
  const auto level = kLevels.find(text);
  if (level == kLevels.end()) return BadFlag("log_level", "takes debug, info, warning or error");
  return level->second;
}

absl::Status ReadStore(const Flags& flags, Config& config) {
  const std::string& text = flags.store;
  config.store_password_file = flags.store_password_file;
  config.reads_from_standby = flags.store_read_from == "standby";
  if (!config.reads_from_standby && flags.store_read_from != "primary") {
    return BadFlag("store_read_from", "takes primary or standby");
  }
  if (text.starts_with("postgresql://") || text.starts_with("postgres://")) {
    config.store_url = text;
    // Neither is quoted: the URL may hold a password.
    if (absl::Status url = store::CheckPostgresUrl(text); !url.ok())
      return BadFlag("store", url.message());
    if (flags.backup_dir.empty()) return absl::OkStatus();
    return BadFlag("backup_dir",
                   "is for sqlite: a PostgreSQL database is backed up with its own tools");
  }
  if (!text.starts_with("sqlite:") || text.size() == kSqlitePrefix.size()) {
    return BadFlag("store", "is of neither form: sqlite:PATH, postgresql://USER@HOST/DATABASE");
  }
  config.store_path = text.substr(kSqlitePrefix.size());
  if (config.reads_from_standby) {
    return BadFlag("store_read_from", "standby is for postgresql://: a SQLite file has none");
  }
  if (flags.store_password_file.empty()) return absl::OkStatus();
  return BadFlag("store_password_file", "is for postgresql://: a SQLite file has no password");
}

absl::Status ReadAddresses(const Flags& flags, Config& config) {
  auto listen = ParseAddresses("listen", flags.listen);
  if (!listen.ok()) return listen.status();
  auto insecure = ParseAddresses("insecure_listen", flags.insecure_listen);
  if (!insecure.ok()) return insecure.status();
  config.listen = *std::move(listen);
  config.insecure_listen = *std::move(insecure);
  return absl::OkStatus();
}

// Of a listener without TLS, which gives nothing away; empty where there is none.
absl::Status ReadPlainListener(absl::string_view name, const std::string& text,
                               std::optional<net::ListenAddress>& into) {
  const auto addresses = ParseAddresses(name, {text});
  if (!addresses.ok()) return addresses.status();
  if (addresses->empty()) return absl::OkStatus();
  if (addresses->front().is_unix()) return BadFlag(name, "takes HOST:PORT");
  into = addresses->front();
  return absl::OkStatus();
}

absl::Status ReadPlainListeners(const Flags& flags, Config& config) {
  absl::Status read = ReadPlainListener("health_listen", flags.health_listen, config.health_listen);
  if (!read.ok()) return read;
  return ReadPlainListener("metrics_listen", flags.metrics_listen, config.metrics_listen);
}

// The library that exports would take for a host's name whatever it does not understand. What was
// given is not repeated: elsewhere such addresses hold passwords.
absl::Status ReadOtlpEndpoint(const Flags& flags, Config& config) {
  if (flags.otlp_endpoint.empty()) return absl::OkStatus();
  absl::string_view place = flags.otlp_endpoint;
  const bool has_scheme =
      absl::ConsumePrefix(&place, "http://") || absl::ConsumePrefix(&place, "https://");
  const auto address = net::ParseListenAddress(std::string(place));
  if (!has_scheme || !address.ok() || address->is_unix() || address->port == 0 ||
      absl::StrContains(address->host, '@') || absl::StrContains(address->host, '/')) {
    return BadFlag("otlp_endpoint", "takes http://HOST:PORT or https://HOST:PORT");
  }
  config.otlp_endpoint = flags.otlp_endpoint;
  return absl::OkStatus();
}

absl::Status ReadDurations(const Flags& flags, Config& config) {
  struct Entry {
    absl::string_view name;
    const std::string& text;
    absl::Duration& value;
  };
  for (const Entry& entry :
       {Entry{"cache_ttl", flags.cache_ttl, config.cache_ttl},
        Entry{"store_wait", flags.store_wait, config.store_wait},
        Entry{"rotate_after", flags.rotate_after, config.rotate_after},
        Entry{"delete_grace", flags.delete_grace, config.delete_grace},
        Entry{"max_connection_age", flags.max_connection_age, config.max_connection_age},
        Entry{"drain_delay", flags.drain_delay, config.drain_delay},
        Entry{"drain_timeout", flags.drain_timeout, config.drain_timeout}}) {
    const auto duration = ParseDuration(entry.name, entry.text);
    if (!duration.ok()) return duration.status();
    entry.value = *duration;
  }
  return absl::OkStatus();
}

absl::Status ReadAudit(const Flags& flags, Config& config) {
  if (flags.audit_user_ids != "plain" && flags.audit_user_ids != "hmac") {
    return BadFlag("audit_user_ids", "takes plain or hmac");
  }
  if (flags.audit_on_failure != "refuse" && flags.audit_on_failure != "count") {
    return BadFlag("audit_on_failure", "takes refuse or count");
  }
  if (flags.audit_max_bytes < 0) return BadFlag("audit_max_bytes", "takes a number from 0 on");
  config.audit = {.path = flags.audit_log,
                  .hide_user_ids = flags.audit_user_ids == "hmac",
                  .max_bytes = static_cast<uint64_t>(flags.audit_max_bytes),
                  .sync = flags.audit_sync,
                  .allow_loss = flags.audit_on_failure == "count"};
  return absl::OkStatus();
}

// What one flag alone cannot tell.
absl::Status CheckTogether(const Config& config) {
  const int tls_files =
      !config.tls_cert.empty() + !config.tls_key.empty() + !config.tls_client_ca.empty();
  if (tls_files != 0 && tls_files != 3) {
    return absl::InvalidArgumentError("--tls_cert, --tls_key and --tls_client_ca go together");
  }
  if (config.listen.empty() && config.insecure_listen.empty()) {
    return BadFlag("listen", "there is nothing to listen on");
  }
  for (const net::ListenAddress& address : config.listen) {
    if (address.is_local()) continue;
    if (config.has_tls() && !config.policy.empty()) continue;
    if (config.has_tls()) {
      return BadFlag("policy",
                     absl::StrCat("is needed, for '", address.Text(),
                                  "' is not on this machine alone: it says who may do what"));
    }
    return BadFlag("listen",
                   absl::StrCat("'", address.Text(),
                                "' is not on this machine alone: give the --tls_ flags, or "
                                "--insecure_listen to go without"));
  }
  for (const net::ListenAddress& address : config.insecure_listen) {
    if (address.is_unix()) return BadFlag("insecure_listen", "takes HOST:PORT; use --listen");
  }
  if (config.token_format != keyring::TokenFormat::kV2 && !config.legacy_db.empty()) {
    return BadFlag("token_format",
                   "is v2 while --legacy_db is given: the Python module reads no other");
  }
  if (config.cache_max_keys < 1 || config.cache_max_keys > kMaxCacheKeys) {
    return BadFlag("cache_max_keys", absl::StrCat("takes a number from 1 to ", kMaxCacheKeys));
  }
  if (config.rotate_after_messages < 0) {
    return BadFlag("rotate_after_messages", "takes a number from 0 on");
  }
  if (config.max_in_flight < 1 || config.max_in_flight > kMaxInFlight) {
    return BadFlag("max_in_flight", absl::StrCat("takes a number from 1 to ", kMaxInFlight));
  }
  for (const auto& [name, value] :
       {std::pair("max_connections", config.connections.in_all),
        std::pair("max_connections_per_address", config.connections.per_network)}) {
    if (value >= 1 && value <= kMaxConnections) continue;
    return BadFlag(name, absl::StrCat("takes a number from 1 to ", kMaxConnections));
  }
  return absl::OkStatus();
}

bool AllLocal(const std::vector<net::ListenAddress>& addresses) {
  return std::all_of(addresses.begin(), addresses.end(),
                     [](const net::ListenAddress& each) { return each.is_local(); });
}

absl::StatusOr<Config> ToConfig(const Flags& flags) {
  Config config;
  config.legacy_db = flags.legacy_db;
  config.tls_cert = flags.tls_cert;
  config.tls_key = flags.tls_key;
  config.tls_client_ca = flags.tls_client_ca;
  config.policy = flags.policy;
  config.require_master_key = flags.require_master_key;
  config.cache_max_keys = flags.cache_max_keys;
  config.pool_key_salt = flags.pool_key_salt;
  config.rotate_after_messages = flags.rotate_after_messages;
  config.backup_dir = flags.backup_dir;
  config.max_in_flight = flags.max_in_flight;
  config.connections = {.in_all = flags.max_connections,
                        .per_network = flags.max_connections_per_address};
  if (absl::Status status = ReadStore(flags, config); !status.ok()) return status;
  const bool v3 = flags.token_format == "v3";
  if (!v3 && flags.token_format != "v2") return BadFlag("token_format", "takes v2 or v3");
  config.token_format = v3 ? keyring::TokenFormat::kV3 : keyring::TokenFormat::kV2;
  const auto level = ParseLogLevel(flags.log_level);
  if (!level.ok()) return level.status();
  config.log_level = *level;
  if (flags.seccomp != "on" && flags.seccomp != "off") return BadFlag("seccomp", "takes on or off");
  config.restrict_system_calls = flags.seccomp == "on";
  if (absl::Status status = ReadAddresses(flags, config); !status.ok()) return status;
  if (absl::Status status = ReadPlainListeners(flags, config); !status.ok()) return status;
  if (absl::Status status = ReadOtlpEndpoint(flags, config); !status.ok()) return status;
  if (absl::Status status = ReadDurations(flags, config); !status.ok()) return status;
  if (absl::Status status = ReadAudit(flags, config); !status.ok()) return status;
  if (absl::Status status = CheckTogether(config); !status.ok()) return status;
  config.reflection =
      flags.reflection.value_or(AllLocal(config.listen) && AllLocal(config.insecure_listen));
  return config;
}

}  // namespace

absl::StatusOr<ParsedCommandLine> ParseCommandLine(int argc, const char* const* argv) {
  CLI::App app(
      "Keeps users' data keys, and encrypts and decrypts with them over gRPC.\n"
      "Master keys come from API_KEY_MASTER_KEY and API_KEY_MASTER_KEY_PREVIOUS, or _FILE.",
      "keyward-server");
  app.set_version_flag("--version", std::string("keyward-server ") + kVersion);
  app.footer("Example:\n  API_KEY_MASTER_KEY_FILE=kek keyward-server --store=sqlite:keys.db");
  Flags flags;
  AddFlags(app, flags);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    return ParsedCommandLine{.print = app.help(), .config = {}};
  } catch (const CLI::CallForVersion&) {
    return ParsedCommandLine{.print = app.version() + "\n", .config = {}};
  } catch (const CLI::Error& error) {
    return absl::InvalidArgumentError(text::OneLine(error.what()));
  }
  auto config = ToConfig(flags);
  // It may quote a value, and a value holds what it likes.
  if (!config.ok()) {
    return absl::InvalidArgumentError(text::OneLine(std::string(config.status().message())));
  }
  return ParsedCommandLine{.print = std::nullopt, .config = *std::move(config)};
}

}  // namespace keyward
